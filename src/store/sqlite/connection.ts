/**
 * Opening a database file as a store of sessions.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { ConfigError, quote } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";
import type { BusyRetry } from "./busy_retry.ts";
import type { SqliteDatabase } from "./database.ts";
import { hasCurrentTables, migrate } from "./tables.ts";

/** A database that lives as long as it is open, and needs no file. */
export const IN_MEMORY = ":memory:";

/**
 * Settings of a connection. What is committed survives the loss of power: the log is
 * flushed at each commit, on macOS by the flush that reaches the disk. The log goes
 * into the file after 4 MB, and keeps no more than 16 MB of a busy hour. A damaged or
 * hostile file fails early and runs nothing.
 */
const SETTINGS = `
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA foreign_keys = ON;
  PRAGMA cell_size_check = ON;
  PRAGMA trusted_schema = OFF;
`;

/**
 * The path of a file.
 *
 * @throws {ConfigError} if there cannot be such a file.
 */
export function filePath(file: string | URL): string {
  if (file instanceof URL) {
    if (file.protocol === "file:") return fileURLToPath(file);
    throw new ConfigError(
      `Cannot open a store at a URL of ${quote(file.protocol)}: expected a file: URL`,
    );
  }
  if (typeof file === "string" && file !== "" && !file.includes("\0")) return file;
  throw new ConfigError(
    `Cannot open a store at ${quote(file)}: expected a path, a file: URL or ${quote(IN_MEMORY)}`,
  );
}

/** Opens a file, without a look into it. */
export function openDatabase(path: string): DatabaseSync {
  return new DatabaseSync(path === IN_MEMORY ? path : databaseLocation(path), { timeout: 0 });
}

/** A path as SQLite takes it for one: it knows names that are none, such as "file:a?mode=memory". */
export function databaseLocation(path: string): string {
  return isAbsolute(path) ? path : `./${path}`;
}

/**
 * Makes a database ready for use: its settings and its tables. A file of another
 * program, or of a newer release, stays as it is.
 */
export async function prepareDatabase(
  database: SqliteDatabase,
  path: string,
  retry: BusyRetry,
): Promise<void> {
  const isCurrent = await retry.run(() => hasCurrentTables(database, path));
  const mode = await retry.run(() => {
    return database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  });
  if (mode !== "wal" && path !== IN_MEMORY) {
    throw new StoreError(
      `Cannot open the store in ${quote(path)}: its file system allows journal mode ` +
        `${quote(mode)}: expected one that allows "wal", which file systems of a network do not`,
    );
  }
  database.exec(SETTINGS);
  if (!isCurrent) await retry.run(() => migrate(database, path));
}
