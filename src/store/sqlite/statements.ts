/**
 * Everything that is asked of the database, prepared once.
 *
 * @module
 */
import type { SqliteDatabase, SqliteStatement } from "./database.ts";

const TEXTS = {
  version: "PRAGMA user_version",
  create: `
    INSERT INTO session (id, meta, head, hash, created_at, updated_at, epoch)
    VALUES (?, ?, 0, ?, ?, ?, 0)
    ON CONFLICT (id) DO NOTHING`,
  read: `
    SELECT session.meta, session.head, session.hash, created_at, updated_at,
      snapshot.head AS snapshot_head, snapshot.hash AS snapshot_hash, body AS snapshot_body
    FROM session LEFT JOIN snapshot ON snapshot.session = number
    WHERE id = ?`,
  entries: `
    SELECT seq, body, hash FROM entry
    WHERE session = (SELECT number FROM session WHERE id = ?) AND seq >= ?
    ORDER BY seq LIMIT ?`,
  leaseEnd: "SELECT lease_until FROM session WHERE id = ?",
  leasedHead: "SELECT head FROM session WHERE id = ? AND owner = ? AND epoch = ?",
  nextEpoch: "UPDATE last_epoch SET epoch = epoch + 1 RETURNING epoch",
  claim: "UPDATE session SET epoch = ?, owner = ?, lease_until = ? WHERE id = ?",
  renew: "UPDATE session SET lease_until = ? WHERE id = ? AND owner = ? AND epoch = ?",
  release: `
    UPDATE session SET owner = NULL, lease_until = NULL WHERE id = ? AND owner = ? AND epoch = ?`,
  advance: `
    UPDATE session SET head = ?, hash = ?, updated_at = ?
    WHERE id = ? AND owner = ? AND epoch = ? AND head = ?
    RETURNING number`,
  append: "INSERT INTO entry (session, seq, body, hash) VALUES (?, ?, ?, ?)",
  snapshot: `
    INSERT INTO snapshot (session, head, hash, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (session) DO UPDATE
    SET head = excluded.head, hash = excluded.hash, body = excluded.body`,
  list: `
    SELECT id, meta, head, hash, created_at, updated_at FROM session
    WHERE id >= ? AND id < ?
    ORDER BY id LIMIT ?`,
  delete: "DELETE FROM session WHERE id = ?",
};

/** The statements by their names. */
export type Statements = Readonly<Record<keyof typeof TEXTS, SqliteStatement>>;

/** Prepares every statement. */
export function prepareStatements(database: SqliteDatabase): Statements {
  const prepared = Object.entries(TEXTS).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(prepared) as Statements;
}
