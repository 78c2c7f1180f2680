/**
 * Opening and preparing a database file.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { ConfigError, quote } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";
import type { BusyRetry } from "./busy_retry.ts";
import { readText, type SqliteDatabase } from "./database.ts";
import { hasCurrentTables, migrate } from "./tables.ts";

/** Path of a database without a file, which is lost when it is closed. */
export const IN_MEMORY = ":memory:";

/**
 * Settings of a connection. Commits survive a power loss, because the write-ahead log
 * is flushed at each commit (on macOS by `F_FULLFSYNC`). The log is checkpointed after
 * 4 MB and truncated to 16 MB. A damaged file fails early, and a hostile one cannot
 * run functions from its schema. Foreign keys are on, except during migrations.
 */
const SETTINGS = `
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA cell_size_check = ON;
  PRAGMA trusted_schema = OFF;
`;

/**
 * Validates a path or `file:` URL, and returns its path.
 *
 * @throws {ConfigError} if it is not a path or a `file:` URL.
 */
export function toFilePath(file: string | URL): string {
  if (file instanceof URL) {
    if (file.protocol === "file:") return fileURLToPath(file);
    throw new ConfigError(
      `Cannot open a SQLite store at a URL with protocol ${quote(file.protocol)}: ` +
        "expected a file: URL",
    );
  }
  if (typeof file === "string" && file !== "" && !file.includes("\0")) return file;
  throw new ConfigError(
    `Cannot open a SQLite store at ${quote(file)}: ` +
      `expected a path, a file: URL or ${quote(IN_MEMORY)}`,
  );
}

/** Opens a database file. SQLite reads it only when the first statement runs. */
export function openDatabase(path: string): DatabaseSync {
  return new DatabaseSync(path === IN_MEMORY ? path : toDatabaseLocation(path), { timeout: 0 });
}

/** Returns the absolute path of the file of a database, without symbolic links; "" in memory. */
export function readLocation(database: SqliteDatabase): string {
  return readText(database.prepare("PRAGMA database_list").get()!, "file");
}

/** Returns a path that SQLite does not mistake for a URI, such as `file:a?mode=memory`. */
export function toDatabaseLocation(path: string): string {
  return isAbsolute(path) ? path : `./${path}`;
}

/**
 * Applies the settings and creates or migrates the tables. Throws, without changing
 * the file, if it belongs to another program or a newer release.
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
      `Cannot open the store in ${quote(path)}: its file system only supports journal mode ` +
        `${quote(mode)}: expected one that supports "wal"; use a local disk, because network ` +
        "file systems do not",
    );
  }
  database.exec(SETTINGS);
  database.exec(`PRAGMA foreign_keys = ${isCurrent ? "ON" : "OFF"}`);
  if (isCurrent) return;
  await retry.run(() => migrate(database, path));
  database.exec("PRAGMA foreign_keys = ON");
}
