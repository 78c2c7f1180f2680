/**
 * What the store uses of a database. It is `DatabaseSync` of `node:sqlite`, or
 * one that fails on purpose.
 *
 * @module
 */

/** What can be bound to a statement here. */
export type SqliteValue = null | number | string | Uint8Array;

/** A row, by the names of its columns. What is in it has yet to be proven. */
export type SqliteRow = Readonly<Record<string, unknown>>;

/** A prepared statement. */
export interface SqliteStatement {
  /** Runs it and says how many rows it changed. */
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
  /** Its first row, if there is one. */
  get(...values: SqliteValue[]): SqliteRow | undefined;
  /** All its rows. */
  all(...values: SqliteValue[]): SqliteRow[];
}

/** An open database. Every call blocks until it is done. */
export interface SqliteDatabase {
  /** Whether a transaction is under way. */
  readonly isTransaction: boolean;
  /** Runs statements that give nothing. */
  exec(sql: string): void;
  /** Prepares a statement. */
  prepare(sql: string): SqliteStatement;
  /** Closes the database. */
  close(): void;
}
