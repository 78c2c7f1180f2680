/**
 * Interface of the database, which tests replace to inject faults, and validation of its rows.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { LeaseState, StoredEntry, StoredSession, StoredSnapshot } from "../store.ts";
import { DamagedRowError } from "./sqlite_failure.ts";

/** Value that can be bound to a parameter of a statement. */
export type SqliteValue = null | number | string | Uint8Array;

/** Row by column name. The values are unknown, because a damaged file can contain anything. */
export type SqliteRow = Readonly<Record<string, unknown>>;

/** Prepared statement. */
export interface SqliteStatement {
  /** Runs the statement. Returns the number of rows that it changed. */
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
  /** Returns the first row, if there is one. */
  get(...values: SqliteValue[]): SqliteRow | undefined;
  /** Returns all rows. */
  all(...values: SqliteValue[]): SqliteRow[];
}

/** Open database. All calls are synchronous. */
export interface SqliteDatabase extends Pick<DatabaseSync, "isTransaction" | "exec" | "close"> {
  /** Prepares a statement. */
  prepare(sql: string): SqliteStatement;
}

/** Reads a session, without its snapshot, from a row. */
export function readSession(id: string, row: SqliteRow): Omit<StoredSession, "snapshot"> {
  return {
    id,
    meta: readText(row, "meta"),
    head: readNumber(row, "head"),
    hash: readText(row, "hash"),
    createdAt: readNumber(row, "created_at"),
    updatedAt: readNumber(row, "updated_at"),
  };
}

/** Reads the lease from a row of a session; undefined if it has none. */
export function readLease(row: SqliteRow): LeaseState | undefined {
  if (row.owner === null) return undefined;
  return {
    owner: new TextDecoder().decode(readBytes(row, "owner")),
    epoch: readNumber(row, "epoch"),
    until: readNumber(row, "lease_until"),
  };
}

/** Reads the key and the metadata of a session from a row. */
export function readMeta(row: SqliteRow): { readonly id: Uint8Array; readonly meta: string } {
  return { id: readBytes(row, "id"), meta: readText(row, "meta") };
}

/** Reads the snapshot from a row of a session; undefined if it has none. */
export function readSnapshot(row: SqliteRow): StoredSnapshot | undefined {
  if (row.snapshot_head === null) return undefined;
  return {
    head: readNumber(row, "snapshot_head"),
    hash: readText(row, "snapshot_hash"),
    body: readText(row, "snapshot_body"),
  };
}

/** Reads an entry from a row. */
export function readEntry(row: SqliteRow): StoredEntry {
  return { seq: readNumber(row, "seq"), body: readText(row, "body"), hash: readText(row, "hash") };
}

/** Reads a column of bytes. */
export function readBytes(row: SqliteRow, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw new DamagedRowError(column, value);
}

/** Reads a column of whole numbers. */
export function readNumber(row: SqliteRow, column: string): number {
  const value = row[column];
  if (Number.isSafeInteger(value)) return value as number;
  throw new DamagedRowError(column, value);
}

/** Reads a column of text. */
export function readText(row: SqliteRow, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new DamagedRowError(column, value);
}
