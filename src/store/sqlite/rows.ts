/**
 * Rows of the database, proven: in a damaged file a column can hold anything.
 *
 * @module
 */
import type { StoredEntry, StoredSession, StoredSnapshot } from "../store.ts";
import type { SqliteRow } from "./database.ts";
import { DamagedRowError } from "./sqlite_failure.ts";

/** A session without its snapshot. */
export function sessionOf(id: string, row: SqliteRow): Omit<StoredSession, "snapshot"> {
  return {
    id,
    meta: textOf(row, "meta"),
    head: numberOf(row, "head"),
    hash: textOf(row, "hash"),
    createdAt: numberOf(row, "created_at"),
    updatedAt: numberOf(row, "updated_at"),
  };
}

/** A snapshot, where the row has one. */
export function snapshotOf(row: SqliteRow): StoredSnapshot | undefined {
  if (row.snapshot_head === null) return undefined;
  return {
    head: numberOf(row, "snapshot_head"),
    hash: textOf(row, "snapshot_hash"),
    body: textOf(row, "snapshot_body"),
  };
}

/** An entry. */
export function entryOf(row: SqliteRow): StoredEntry {
  return { seq: numberOf(row, "seq"), body: textOf(row, "body"), hash: textOf(row, "hash") };
}

/** A column of bytes. */
export function bytesOf(row: SqliteRow, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new DamagedRowError(column, value);
}

/** A column of whole numbers. */
export function numberOf(row: SqliteRow, column: string): number {
  const value = row[column];
  if (Number.isSafeInteger(value)) return value as number;
  throw new DamagedRowError(column, value);
}

function textOf(row: SqliteRow, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new DamagedRowError(column, value);
}
