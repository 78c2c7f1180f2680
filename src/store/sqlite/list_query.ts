/**
 * Queries of lists. Each filter is decided by an index alone, so that rows are read only for the
 * sessions of the page.
 *
 * @module
 */
import { tokenOf } from "../backend/backend.ts";
import {
  decodeApprovals,
  type ListedRow,
  type ListFilter,
  listStored,
  MAX_RARE,
  statusOf,
} from "../backend/list_sessions.ts";
import { decodeKey, keyRange } from "../backend/session_key.ts";
import {
  readBytes,
  readLease,
  readSession,
  readText,
  type SqliteDatabase,
  type SqliteRow,
  type SqliteStatement,
  type SqliteValue,
} from "./database.ts";

/** Time at which a list is read, and the tokens of the live processes; undefined if not known. */
interface Moment {
  readonly now: number;
  readonly liveTokens: readonly string[] | undefined;
}

/** Reads lists from a database. */
export class ListQuery {
  readonly #database: SqliteDatabase;
  readonly #prepared = new Map<string, SqliteStatement>();

  /** Makes the query. Statements are prepared when they are first used. */
  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** Lists the sessions that match. */
  list(filter: ListFilter, moment: Moment): readonly ListedRow[] {
    return this.#select(filter, moment).map((row) => toListedRow(row, moment));
  }

  #select(filter: ListFilter, { now, liveTokens }: Moment): readonly SqliteRow[] {
    const { statuses, updatedBefore, label, prefix, after, limit } = filter;
    const [from, end] = keyRange(prefix, after);
    const isFiltered = statuses !== undefined || updatedBefore !== undefined;
    if (!isFiltered && label === undefined) return this.#all(ALL, from, end, limit);
    const values = [
      from,
      end,
      limit,
      updatedBefore ?? null,
      label === undefined ? null : ` ${encodeURIComponent(label)} `,
      now,
      liveTokens === undefined ? null : JSON.stringify(liveTokens),
      statuses === undefined ? null : ` ${statuses.join(" ")} `,
    ];
    const isRare = (text: string, ...parameters: SqliteValue[]) =>
      this.#all(text, ...parameters, MAX_RARE + 1).length <= MAX_RARE;
    if (label !== undefined && (!isFiltered || isRare(LABELED, label, from, end))) {
      return this.#all(BY_LABEL, ...values, label);
    }
    if (updatedBefore !== undefined && isRare(OLD, updatedBefore)) {
      return this.#all(BY_TIME, ...values);
    }
    return this.#all(byStatus(listStored(statuses)), ...values);
  }

  #all(text: string, ...values: SqliteValue[]): readonly SqliteRow[] {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      this.#prepared.set(text, statement = this.#database.prepare(text));
    }
    return statement.all(...values);
  }
}

/** Returns labels as a text, each between spaces; null if there are none. */
export function encodeLabels(labels: readonly string[]): string | null {
  return labels.length === 0 ? null : ` ${labels.map(encodeURIComponent).join(" ")} `;
}

/** Reads the labels from a row of a session. */
export function readLabels(row: SqliteRow): { readonly labels?: readonly string[] } {
  if (row.labels === null) return {};
  return { labels: readText(row, "labels").trim().split(" ").map(decodeURIComponent) };
}

function toListedRow(row: SqliteRow, { now, liveTokens }: Moment): ListedRow {
  const lease = readLease(row);
  const token = lease && tokenOf(lease.owner);
  const isDead = token !== undefined && liveTokens?.includes(token) === false;
  const known = lease && { ...lease, until: isDead ? 0 : lease.until };
  return {
    ...readSession(decodeKey(readBytes(row, "id")), row),
    ...readLabels(row),
    ...(known && { lease: known }),
    status: statusOf(readText(row, "status") as ListedRow["status"], known, now),
    approvals: decodeApprovals(row.approvals === null ? null : readText(row, "approvals")),
  };
}

const COLUMNS = `session.id, meta, head, hash, created_at, updated_at, status, approvals, labels,
  CAST(owner AS BLOB) AS owner, epoch, lease_until`;

const ALL = `SELECT ${COLUMNS} FROM session WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`;

const LABELED = "SELECT 1 FROM label WHERE label = ? AND id >= ? AND id < ? LIMIT ?";

const OLD = `SELECT 1 FROM session INDEXED BY session_updated
  WHERE id IS NOT NULL AND owner IS NULL AND updated_at < ? LIMIT ?`;

// The parameters of all statements below: ?1 first key, ?2 end of the keys, ?3 limit, ?4 time of
// the last append, ?5 encoded label, ?6 now, ?7 tokens of live processes, ?8 status between
// spaces; ?9 label, for the first.
const MATCHES = `(?4 IS NULL OR updated_at < ?4) AND (?5 IS NULL OR instr(labels, ?5) > 0)`;

const TOKEN = [8, 4, 4, 4, 12].map((length) => "[0-9a-f]".repeat(length)).join("-");
const STATUS = `CASE
    WHEN owner IS NOT NULL AND lease_until > ?6 AND (?7 IS NULL
      OR substr(owner, 1, 36) IN (SELECT value FROM json_each(?7))
      OR owner NOT GLOB '${TOKEN}~*') THEN ' running '
    ELSE ' ' || status || ' '
  END`;
const HAS_STATUS = `(?8 IS NULL OR status = 'unknown' OR instr(?8, ${STATUS}) > 0)`;

const BY_LABEL = `SELECT ${COLUMNS} FROM label CROSS JOIN session ON number = label.session
  WHERE label.label = ?9 AND label.id >= ?1 AND label.id < ?2 AND ${MATCHES} AND ${HAS_STATUS}
  ORDER BY label.id LIMIT ?3`;

/** Returns the query of sessions with a lease that match, and of those in these selections. */
function withLeased(free: readonly string[]): string {
  const leased = select("session_leased", `owner IS NOT NULL AND ${HAS_STATUS}`);
  return `${[leased, ...free].join(" UNION ALL ")} ORDER BY id LIMIT ?3`;
}

function select(index: string, condition: string): string {
  return `SELECT * FROM (
      SELECT ${COLUMNS} FROM session INDEXED BY ${index}
      WHERE id IS NOT NULL AND ${condition} AND id >= ?1 AND id < ?2 AND ${MATCHES}
      ORDER BY id LIMIT ?3
    )`;
}

const BY_TIME = withLeased([
  select("session_updated", `owner IS NULL AND updated_at < ?4 AND ${HAS_STATUS}`),
]);

function byStatus(statuses: readonly string[]): string {
  return withLeased(
    statuses.map((status) => select("session_free", `owner IS NULL AND status = '${status}'`)),
  );
}
