/**
 * Queries of lists. Each filter is decided by an index alone, so that rows are read only for the
 * sessions of the page.
 *
 * @module
 */
import { type ListedRow, type ListFilter, RESTING, statusOf } from "../list_sessions.ts";
import { tokenOf } from "../backend.ts";
import { decodeKey, keyRange } from "../session_key.ts";
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

/** Number of sessions up to which a label is looked up before the other filters. */
const MAX_LABELED = 1_000;

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
      updatedBefore === undefined ? null : hourOf(updatedBefore),
      label === undefined ? null : ` ${encodeURIComponent(label)} `,
      now,
      liveTokens === undefined ? null : JSON.stringify(liveTokens),
      statuses === undefined ? null : ` ${statuses.join(" ")} `,
    ];
    const isRare = label !== undefined &&
      this.#all(LABELED, label, from, end, MAX_LABELED + 1).length <= MAX_LABELED;
    if (isRare || label !== undefined && !isFiltered) {
      return this.#all(BY_LABEL, ...values, label);
    }
    const free = [...RESTING, "none"].filter((status) =>
      statuses?.some((one) => one === status) ?? true
    );
    return this.#all(byStatus([...free, "unknown"]), ...values);
  }

  #all(text: string, ...values: SqliteValue[]): readonly SqliteRow[] {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      this.#prepared.set(text, statement = this.#database.prepare(text));
    }
    return statement.all(...values);
  }
}

/** Returns a time in whole hours. */
export function hourOf(time: number): number {
  return Math.floor(time / 3_600_000);
}

/** Returns labels as a text, in which each stands between spaces; null if there are none. */
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
    approvals: row.approvals === null ? [] : JSON.parse(readText(row, "approvals")),
  };
}

const COLUMNS = `session.id, meta, head, hash, created_at, updated_at, status, approvals, labels,
  CAST(owner AS BLOB) AS owner, epoch, lease_until`;

const ALL = `SELECT ${COLUMNS} FROM session WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`;

const LABELED = "SELECT 1 FROM label WHERE label = ? AND id >= ? AND id < ? LIMIT ?";

// The parameters of all statements below: ?1 first key, ?2 end of the keys, ?3 limit, ?4 time of
// the last append, ?5 hour of that time, ?6 encoded label, ?7 now, ?8 tokens of live processes,
// ?9 status between spaces; ?10 label, for the first. Each condition is one that an index decides, but for ?4.
const MATCHES = `(?5 IS NULL OR updated_hour <= ?5) AND (?4 IS NULL OR updated_at < ?4)
  AND (?6 IS NULL OR instr(labels, ?6) > 0)`;

const TOKEN = [8, 4, 4, 4, 12].map((length) => "[0-9a-f]".repeat(length)).join("-");
const STATUS = `CASE
    WHEN owner IS NOT NULL AND lease_until > ?7 AND (?8 IS NULL
      OR substr(owner, 1, 36) IN (SELECT value FROM json_each(?8))
      OR owner NOT GLOB '${TOKEN}~*') THEN ' running '
    ELSE ' ' || status || ' '
  END`;
const HAS_STATUS = `(?9 IS NULL OR status = 'unknown' OR instr(?9, ${STATUS}) > 0)`;

const BY_LABEL = `SELECT ${COLUMNS} FROM label CROSS JOIN session ON number = label.session
  WHERE label.label = ?10 AND label.id >= ?1 AND label.id < ?2 AND ${MATCHES} AND ${HAS_STATUS}
  ORDER BY label.id LIMIT ?3`;

/** Returns the query of the sessions that are leased, or have one of these status in the table. */
function byStatus(statuses: readonly string[]): string {
  const select = (index: string, condition: string) =>
    `SELECT * FROM (
      SELECT ${COLUMNS} FROM session INDEXED BY ${index}
      WHERE id IS NOT NULL AND ${condition} AND id >= ?1 AND id < ?2 AND ${MATCHES}
      ORDER BY id LIMIT ?3
    )`;
  const parts = [
    select("session_leased", `owner IS NOT NULL AND ${HAS_STATUS}`),
    ...statuses.map((status) => select("session_free", `owner IS NULL AND status = '${status}'`)),
  ];
  return `${parts.join(" UNION ALL ")} ORDER BY id LIMIT ?3`;
}
