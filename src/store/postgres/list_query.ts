/**
 * Queries of lists, and deletion by age. Each filter but that of labels is decided by an index
 * alone, so that rows are read only for the sessions of the page.
 *
 * @module
 */
import {
  decodeApprovals,
  type ListBackend,
  type ListedRow,
  type ListFilter,
  listStored,
  MAX_RARE,
} from "../backend/list_sessions.ts";
import { decodeKey, encodeKey, keyRange } from "../backend/session_key.ts";
import type { Database } from "./database.ts";
import { DESCRIBED, IS_DEAD, type SessionRow, toSession } from "./session_row.ts";

interface ListRow extends SessionRow {
  readonly status: ListedRow["status"];
  readonly approvals: string | null;
}

/** Latest time of an append that a filter may name, in milliseconds: that of `Date`. */
const MAX_TIME = 8.64e15;

/** Makes the queries on the tables of a schema, which is quoted. */
export function listQueries(
  database: Database,
  schema: string,
): Pick<ListBackend, "list" | "expire" | "now"> {
  const run = <Row>(
    purpose: string,
    text: string,
    values: readonly unknown[] = [],
    name?: string,
  ) => database.run<Row>({ purpose, text, values, name, isRepeatable: purpose !== EXPIRE });
  /** Returns true if so few rows match that the other filters may read their rows. */
  const isRare = async (table: string, condition: string, values: readonly unknown[]) => {
    const text = `SELECT FROM ${schema}.${table} WHERE ${condition} LIMIT ${MAX_RARE + 1}`;
    return (await run("list sessions", text, values)).count <= MAX_RARE;
  };
  const choosePath = async (filter: ListFilter): Promise<Path> => {
    const { label, statuses, updatedBefore, prefix, after } = filter;
    const isFiltered = statuses !== undefined || updatedBefore !== undefined;
    if (label === undefined && !isFiltered) return "id";
    const [page, isOld] = [
      keyRange(prefix, after),
      `${IS_FREE} AND ${isBefore("rested_at", "$1")}`,
    ];
    const isLabeled = "label = $1 AND id >= $2 AND id < $3";
    if (label !== undefined) {
      if (!isFiltered || await isRare("label", isLabeled, [label, ...page])) return "label";
    }
    if (updatedBefore === undefined) return "status";
    return await isRare("session", isOld, [toTime(updatedBefore)]) ? "time" : "status";
  };
  return {
    async list(filter) {
      const path = await choosePath(filter);
      const { text, values } = buildList(schema, filter, path);
      // The plan of a filtered list depends on the filters.
      const { rows } = await run<ListRow>(
        "list sessions",
        text,
        values,
        path === "id" ? LIST : undefined,
      );
      return rows.map(toListedRow);
    },
    async expire(ids, { statuses, before }) {
      const text = `DELETE FROM ${schema}.session
        WHERE id = ANY($1::bytea[]) AND known_status = ANY($2::text[]) AND ${
        isBefore("updated_at", "$3")
      }
          AND NOT (${IS_LIVE})`;
      return (await run(EXPIRE, text, [ids.map(encodeKey), statuses, toTime(before)])).count;
    },
    async now() {
      const text = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now";
      return (await run<{ readonly now: number }>("read the time", text)).rows[0]!.now;
    },
  };
}

const EXPIRE = "expire sessions";
/** Name of the unfiltered list on the server. */
const LIST = "nomos_agent_list";

function toListedRow({ status, approvals, ...row }: ListRow): ListedRow {
  const session = toSession(decodeKey(row.id), row);
  return { ...session, status, approvals: decodeApprovals(approvals) };
}

/** Index by which a list finds its sessions. */
type Path = "id" | "label" | "time" | "status";

const IS_FREE = "id IS NOT NULL AND owner IS NULL";
const IS_LIVE = `owner IS NOT NULL AND lease_until > clock_timestamp() AND NOT (${IS_DEAD})`;
const COLUMNS = `${DESCRIBED}, approvals, ${statusOf(`(${IS_LIVE})`)} AS status`;

/** Returns the expression of a status; `isLive` is the condition that the lease is live. */
function statusOf(isLive: string): string {
  return `CASE WHEN known_status <> 'unknown' AND ${isLive} THEN 'running' ELSE known_status END`;
}

function isBefore(column: string, time: string): string {
  return `${column} < to_timestamp(${time}::double precision / 1000)`;
}

/**
 * Rounds a time up to a whole millisecond in the range of PostgreSQL: the same appends are before
 * it.
 */
function toTime(time: number): number {
  return Math.ceil(Math.min(Math.max(time, 0), MAX_TIME));
}

/** Builds the statement of a list. */
export function buildList(
  schema: string,
  { statuses, updatedBefore, label, prefix, after, limit }: ListFilter,
  path: Path,
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [...keyRange(prefix, after), limit];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const time = updatedBefore === undefined ? undefined : parameter(toTime(updatedBefore));
  const isOld = (column: string) => time === undefined ? "" : ` AND ${isBefore(column, time)}`;
  const isLabeled = label === undefined ? "" : `label.label = ${parameter(label)}`;
  const among = statuses === undefined ? "" : `${parameter(statuses)}::text[]`;
  const hasStatus = (isLive: string) =>
    statuses === undefined
      ? ""
      : ` AND (known_status = 'unknown' OR ${statusOf(isLive)} = ANY(${among}))`;
  const page = (id: string) => `${id} >= $1 AND ${id} < $2`;
  if (path === "id") {
    const text = `SELECT ${COLUMNS} FROM ${schema}.session WHERE ${page("id")}
      ORDER BY id LIMIT $3`;
    return { text, values };
  }
  if (path === "label") {
    const text = `SELECT ${COLUMNS.replace(/^id/, "session.id")}
      FROM ${schema}.label JOIN ${schema}.session ON number = label.session
      WHERE ${isLabeled} AND ${page("label.id")}${isOld("updated_at")}${hasStatus(`(${IS_LIVE})`)}
      ORDER BY label.id LIMIT $3`;
    return { text, values };
  }
  const hasLabel = label === undefined
    ? ""
    : ` AND EXISTS (SELECT FROM ${schema}.label WHERE ${isLabeled} AND label.id = session.id)`;
  const where = (condition: string) => `WHERE ${condition} AND ${page("id")}${hasLabel}`;
  const select = (condition: string) =>
    `(SELECT ${COLUMNS} FROM ${schema}.session ${where(condition)} ORDER BY id LIMIT $3)`;
  // There may be thousands of leases: the owners are looked up once for each process.
  // While a turn runs, most are interrupted by their logs.
  const mayBe = statuses === undefined || statuses.includes("running")
    ? ""
    : ` AND known_status = ANY(${among} || 'unknown'::text)`;
  const isLeased = `id IS NOT NULL AND owner IS NOT NULL${mayBe}${isOld("updated_at")}`;
  const leases = `WITH leased AS MATERIALIZED (
      SELECT number, id, known_status, substring(owner FOR 74) AS owner,
        lease_until > clock_timestamp() AS is_held
      FROM ${schema}.session ${where(isLeased)}
    ), owners AS MATERIALIZED (
      SELECT DISTINCT owner FROM leased WHERE is_held
    ), dead AS MATERIALIZED (
      SELECT owner FROM owners WHERE ${IS_DEAD}
    ) `;
  const isLive = "is_held AND owner NOT IN (SELECT owner FROM dead)";
  const parts = [
    `(SELECT ${COLUMNS} FROM ${schema}.session WHERE number IN (
        SELECT number FROM leased WHERE true${hasStatus(isLive)} ORDER BY id LIMIT $3
      ))`,
    ...path === "time"
      ? [select(`${IS_FREE}${isOld("rested_at")}${hasStatus("false")}`)]
      : listStored(statuses).map((status) =>
        select(`${IS_FREE} AND known_status = '${status}'${isOld("rested_at")}`)
      ),
  ];
  return { text: `${leases}${parts.join(" UNION ALL ")} ORDER BY id LIMIT $3`, values };
}
