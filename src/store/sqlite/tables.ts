/**
 * The tables of the store, as the steps that lead to them.
 *
 * - `session`: one row each, the only one that is written at every append. `id` is the
 *   key of the id (see `../session_key.ts`); `number` stands for it in the other tables.
 * - `entry`: the log. It has row ids: kept in the order of the key alone, rows above
 *   1 kB would each take pages of their own, twice the space and time.
 * - `snapshot`: apart from the session, because a row is rewritten as a whole, and
 *   snapshots are long.
 * - `last_epoch`: counts leases over all sessions, so that one created anew gets no
 *   epoch twice.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { StoreError, StoreVersionError } from "../store_errors.ts";
import { numberOf, type SqliteDatabase } from "./database.ts";

/** Marks a file as a store of sessions, in its header: "nomo" in ASCII. */
const APPLICATION_ID = 0x6e6f6d6f;

/**
 * The SQL that makes each version of the tables from the one before, the first from
 * an empty file. A released step never changes: a change is one more step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE session (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    meta TEXT NOT NULL,
    head INTEGER NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER
  ) STRICT;

  CREATE TABLE entry (
    session INTEGER NOT NULL REFERENCES session (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (session, seq)
  ) STRICT;

  CREATE TABLE snapshot (
    session INTEGER PRIMARY KEY REFERENCES session (number) ON DELETE CASCADE,
    head INTEGER NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE last_epoch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL
  ) STRICT;
  INSERT INTO last_epoch (only, epoch) VALUES (1, 0);
  `,
];

/**
 * Tells if a database has the tables of this release, or may get them.
 *
 * @throws {StoreVersionError} if a newer release made its tables.
 * @throws {StoreError} if it is a database of another program.
 */
export function hasCurrentTables(database: SqliteDatabase, path: string): boolean {
  // One transaction, because another process may be making the tables just now.
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

/** Carries out the steps that are missing by now: all or none. */
export function migrate(database: SqliteDatabase, path: string): void {
  inTransaction(database, "BEGIN IMMEDIATE", () => {
    const version = pragma(database, "user_version");
    checkVersion(version, path);
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
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
