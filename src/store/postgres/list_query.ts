/**
 * Queries of lists, and deletion by age. Each filter but that of labels is decided by an index
 * alone, so that rows are read only for the sessions of the page.
 *
 * @module
 */
import { type ListBackend, type ListedRow, type ListFilter, RESTING } from "../list_sessions.ts";
import { decodeKey, encodeKey, keyRange } from "../session_key.ts";
import type { Database } from "./database.ts";
import { DESCRIBED, IS_DEAD, type SessionRow, toSession } from "./session_row.ts";

interface ListRow extends SessionRow {
  readonly status: ListedRow["status"];
  readonly approvals: string | null;
}

/** Number of sessions up to which a label is looked up before the other filters. */
const MAX_LABELED = 1_000;
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
    name: string | false = false,
  ) => {
    const statement = { purpose, text, values, isRepeatable: purpose !== EXPIRE };
    return database.run<Row>({ ...statement, ...(name && { name }) });
  };
  /** Returns true if so few sessions have a label that the other filters may read their rows. */
  const isRare = async ({ label, prefix, after }: ListFilter) => {
    const text = `SELECT FROM ${schema}.label WHERE label = $1 AND id >= $2 AND id < $3 LIMIT $4`;
    const values = [label, ...keyRange(prefix, after), MAX_LABELED + 1];
    return (await run("list sessions", text, values)).count <= MAX_LABELED;
  };
  return {
    async list(filter) {
      const { label, statuses, updatedBefore } = filter;
      const isFiltered = statuses !== undefined || updatedBefore !== undefined;
      const byLabel = label !== undefined && (!isFiltered || await isRare(filter));
      const { text, values } = buildList(schema, filter, byLabel);
      // The plan of a filtered list depends on the filters.
      const isNamed = !isFiltered && label === undefined;
      const { rows } = await run<ListRow>("list sessions", text, values, isNamed && LIST);
      return rows.map(toListedRow);
    },
    async expire(ids, { statuses, before }) {
      const text = `DELETE FROM ${schema}.session
        WHERE id = ANY($1::bytea[]) AND known_status = ANY($2::text[]) AND ${isBefore("$3")}
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
  return { ...session, status, approvals: approvals === null ? [] : JSON.parse(approvals) };
}

const IS_LIVE = `owner IS NOT NULL AND lease_until > clock_timestamp() AND NOT (${IS_DEAD})`;
const STATUS = `CASE WHEN known_status <> 'unknown' AND ${IS_LIVE} THEN 'running'
    ELSE known_status END`;
const COLUMNS = `${DESCRIBED}, approvals, ${STATUS} AS status`;

function isBefore(time: string): string {
  return `updated_at < to_timestamp(${time}::double precision / 1000)`;
}

/** Returns a time that PostgreSQL has, before which the same whole milliseconds are. */
function toTime(time: number): number {
  return Math.ceil(Math.min(Math.max(time, 0), MAX_TIME));
}

/** Builds the statement of a list. */
export function buildList(
  schema: string,
  { statuses, updatedBefore, label, prefix, after, limit }: ListFilter,
  byLabel: boolean,
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [...keyRange(prefix, after), limit];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  let matches = "";
  if (updatedBefore !== undefined) {
    const time = toTime(updatedBefore);
    const hour = parameter(Math.floor(time / 3_600_000));
    matches += ` AND updated_hour <= ${hour}::bigint AND ${isBefore(parameter(time))}`;
  }
  const hasLabel = label === undefined ? "" : `label.label = ${parameter(label)}`;
  const hasStatus = statuses === undefined
    ? ""
    : ` AND (known_status = 'unknown' OR ${STATUS} = ANY(${parameter(statuses)}::text[]))`;
  const page = (id: string) => `${id} >= $1 AND ${id} < $2`;
  if (byLabel) {
    const text = `SELECT ${COLUMNS.replace(/^id/, "session.id")}
      FROM ${schema}.label JOIN ${schema}.session ON number = label.session
      WHERE ${hasLabel} AND ${page("label.id")}${matches}${hasStatus}
      ORDER BY label.id LIMIT $3`;
    return { text, values };
  }
  if (statuses === undefined && updatedBefore === undefined) {
    const text = `SELECT ${COLUMNS} FROM ${schema}.session WHERE ${page("id")}
      ORDER BY id LIMIT $3`;
    return { text, values };
  }
  if (label !== undefined) {
    matches +=
      ` AND EXISTS (SELECT FROM ${schema}.label WHERE ${hasLabel} AND label.id = session.id)`;
  }
  const select = (condition: string) =>
    `(SELECT ${COLUMNS} FROM ${schema}.session
      WHERE id IS NOT NULL AND ${condition} AND ${page("id")}${matches}
      ORDER BY id LIMIT $3)`;
  const free = [...RESTING, "none"].filter((status) =>
    statuses?.some((one) => one === status) ?? true
  );
  const parts = [
    select(`owner IS NOT NULL${hasStatus}`),
    ...[...free, "unknown"].map((status) => select(`owner IS NULL AND known_status = '${status}'`)),
  ];
  return { text: `${parts.join(" UNION ALL ")} ORDER BY id LIMIT $3`, values };
}
