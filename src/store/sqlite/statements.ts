/**
 * Statements of the SQLite store, one for each request or part of it.
 *
 * @module
 */
import type { SqliteDatabase, SqliteStatement } from "./database.ts";

/** Number of the session with the key `?1`, or of the child of it with the key `?2`. */
const NUMBER = `(
    SELECT CASE WHEN ?2 IS NULL THEN number ELSE (
      SELECT child.number FROM session AS child
      WHERE child.parent = session.number AND child.child = ?2
    ) END FROM session WHERE id = ?1
  )`;

// node:sqlite may cut a text at a NUL when it reads it.
const LEASE = "CAST(owner AS BLOB) AS owner, epoch, lease_until";

const SQL = {
  version: "PRAGMA user_version",
  create: `
    INSERT INTO session (id, meta, head, hash, created_at, updated_at, epoch, status)
    VALUES (?, ?, 0, ?, ?, ?, 0, 'waiting')
    ON CONFLICT (id) DO NOTHING`,
  createChild: `
    INSERT INTO session (parent, child, meta, head, hash, created_at, updated_at, epoch)
    VALUES (?, ?, ?, 0, ?, ?, ?, 0)
    ON CONFLICT (parent, child) WHERE parent IS NOT NULL DO NOTHING`,
  read: `
    SELECT session.meta, session.head, session.hash, created_at, updated_at, labels, ${LEASE},
      snapshot.head AS snapshot_head, snapshot.hash AS snapshot_hash, body AS snapshot_body
    FROM session LEFT JOIN snapshot ON snapshot.session = number
    WHERE number = ${NUMBER}`,
  entries: `
    SELECT seq, body, hash FROM entry
    WHERE session = ${NUMBER} AND seq >= ?3
    ORDER BY seq LIMIT ?4`,
  claimable: `
    SELECT number, meta, head, hash, created_at, updated_at, labels, ${LEASE}, owner = ? AS is_own
    FROM session WHERE id = ?`,
  leased: "SELECT number, head FROM session WHERE id = ? AND owner = ? AND epoch = ?",
  child: "SELECT number, head FROM session WHERE parent = ? AND child = ?",
  nextEpoch: "UPDATE last_epoch SET epoch = epoch + 1 RETURNING epoch",
  claim: "UPDATE session SET epoch = ?, owner = ?, lease_until = ? WHERE number = ?",
  renew: "UPDATE session SET lease_until = ? WHERE id = ? AND owner = ? AND epoch = ?",
  release: `
    UPDATE session SET owner = NULL, lease_until = NULL WHERE id = ? AND owner = ? AND epoch = ?`,
  // A request ends with the lease.
  forgetStops: `
    DELETE FROM stop_request WHERE NOT EXISTS (
      SELECT 1 FROM session
      WHERE number = stop_request.session AND epoch = stop_request.epoch AND owner IS NOT NULL
    )`,
  requestStop: `
    INSERT OR REPLACE INTO stop_request (session, epoch)
    SELECT number, epoch FROM session WHERE id = ? AND epoch = ? AND owner IS NOT NULL`,
  listStops: "SELECT epoch FROM stop_request",
  advance: "UPDATE session SET head = ?, hash = ?, updated_at = ? WHERE number = ?",
  append: "INSERT INTO entry (session, seq, body, hash) VALUES (?, ?, ?, ?)",
  addBlob: "INSERT INTO blob (hash, data) VALUES (?, ?) ON CONFLICT DO NOTHING",
  useBlob: "INSERT INTO blob_use (session, hash) VALUES (?, ?) ON CONFLICT DO NOTHING",
  readBlob: `
    SELECT data FROM blob WHERE hash = ?2 AND EXISTS (
      SELECT 1 FROM blob_use JOIN session ON number = blob_use.session
      WHERE blob_use.hash = ?2
        AND (id = ?1 OR parent = (SELECT number FROM session WHERE id = ?1))
    )`,
  snapshot: `
    INSERT INTO snapshot (session, head, hash, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (session) DO UPDATE
    SET head = excluded.head, hash = excluded.hash, body = excluded.body`,
  // Changes the indexes of lists only if it must.
  summarize: `
    UPDATE session SET status = ?1, approvals = ?2
    WHERE number = ?3 AND (status IS NOT ?1 OR approvals IS NOT ?2)`,
  record: "UPDATE session SET status = ?, approvals = ? WHERE id = ? AND head = ?",
  number: "SELECT number FROM session WHERE id = ?",
  setLabels: "UPDATE session SET labels = ? WHERE number = ?",
  forgetLabels: "DELETE FROM label WHERE session = ?",
  addLabel: "INSERT INTO label (session, label, id) VALUES (?, ?, ?)",
  expirable: `
    SELECT status, updated_at, ${LEASE} FROM session WHERE id = ? AND updated_at < ?`,
  delete: "DELETE FROM session WHERE id = ?",
};

/** Prepares every statement once, for a connection. */
export function prepareStatements(
  database: SqliteDatabase,
): Record<keyof typeof SQL, SqliteStatement> {
  const prepared = Object.entries(SQL).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(prepared);
}
