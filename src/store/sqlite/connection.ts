/**
 * Opening a database file as a store of sessions.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { ConfigError, quote } from "../../errors.ts";
import { StoreError, StoreVersionError } from "../store_errors.ts";
import type { SqliteDatabase } from "./database.ts";
import type { Patience } from "./patience.ts";
import { numberOf } from "./rows.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";

/** A database that lives as long as it is open, and needs no file. */
export const IN_MEMORY = ":memory:";

const SETTINGS = `
  -- What is committed survives the loss of power: here the log is flushed at each commit,
  -- on macOS by the flush that reaches the disk.
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  -- The log goes into the file after 4 MB, and keeps no more than 16 MB of a busy hour.
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA foreign_keys = ON;
  -- A damaged or hostile file is to fail early and to run nothing.
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
  patience: Patience,
): Promise<void> {
  const isCurrent = await patience.whileBusy(() => isCurrentStore(database, path));
  const mode = await patience.whileBusy(() => {
    return database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  });
  if (mode !== "wal" && path !== IN_MEMORY) {
    throw new StoreError(
      `Cannot open the store in ${quote(path)}: its file system allows journal mode ${
        quote(mode)
      }: ` +
        'expected one that allows "wal", which file systems of a network do not',
    );
  }
  database.exec(SETTINGS);
  if (isCurrent) return;
  while (!await patience.whileBusy(() => migrate(database, path)));
}

/**
 * Makes sure that no newer release has changed the tables.
 *
 * @throws {StoreVersionError} if one has.
 */
export function checkVersion(version: number, path: string): void {
  if (version <= MIGRATIONS.length) return;
  throw new StoreVersionError(
    `Cannot use the store in ${quote(path)}: it has version ${version}: ` +
      `expected ${MIGRATIONS.length} at most; a newer release wrote it`,
  );
}

/** Whether a database has the tables of today. */
function isCurrentStore(database: SqliteDatabase, path: string): boolean {
  // One transaction, for another process may be making the tables just now.
  return inTransaction(database, "BEGIN", () => {
    const application = pragma(database, "application_id");
    const version = pragma(database, "user_version");
    const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()!;
    const isNew = application === 0 && version === 0 && tables === 0;
    if (application !== APPLICATION_ID && !isNew) {
      throw new StoreError(
        `Cannot open the store in ${quote(path)}: it is a database of another program: ` +
          "expected a store, or no file",
      );
    }
    checkVersion(version, path);
    return version === MIGRATIONS.length;
  });
}

/** Carries out the next step, whichever that is by now. True if there is none. */
function migrate(database: SqliteDatabase, path: string): boolean {
  return inTransaction(database, "BEGIN IMMEDIATE", () => {
    const version = pragma(database, "user_version");
    checkVersion(version, path);
    const migration = MIGRATIONS[version];
    if (migration === undefined) return true;
    database.exec(migration);
    database.exec(`PRAGMA user_version = ${version + 1}`);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    return false;
  });
}

function inTransaction<Result>(
  database: SqliteDatabase,
  begin: "BEGIN" | "BEGIN IMMEDIATE",
  work: () => Result,
): Result {
  database.exec(begin);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function pragma(database: SqliteDatabase, name: "application_id" | "user_version"): number {
  return numberOf(database.prepare(`PRAGMA ${name}`).get()!, name);
}
