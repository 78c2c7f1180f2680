/**
 * The part of `node:sqlite` that the store uses, so that tests can make a database
 * fail; and its rows, checked.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { StoredEntry, StoredSession, StoredSnapshot } from "../store.ts";
import { DamagedRowError } from "./sqlite_failure.ts";

/** A value that is bound to a statement. */
export type SqliteValue = null | number | string | Uint8Array;

/** A row, by the names of its columns: in a damaged file a column can hold anything. */
export type SqliteRow = Readonly<Record<string, unknown>>;

/** A prepared statement. */
export interface SqliteStatement {
  /** Runs it and returns how many rows it changed. */
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
  /** Its first row, if there is one. */
  get(...values: SqliteValue[]): SqliteRow | undefined;
  /** All its rows. */
  all(...values: SqliteValue[]): SqliteRow[];
}

/** An open database. Every call blocks until it is done. */
export interface SqliteDatabase extends Pick<DatabaseSync, "isTransaction" | "exec" | "close"> {
  /** Prepares a statement. */
  prepare(sql: string): SqliteStatement;
}

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
