/**
 * Tables of the store, and their migrations.
 *
 * - `session`: one row per session or child, updated by every append. `id` is the key of
 *   the session (see `../backend/session_key.ts`); a child has none, but the `number` of its session
 *   as `parent`, and its own key as `child`. Other tables refer to it by `number`. `status` is
 *   that of the last append; `approvals` and `labels` are encoded texts, or null. The indexes of
 *   sessions without a lease change only when a lease begins or ends, not with every append.
 * - `entry`: the logs. The table has row ids, because in a `WITHOUT ROWID` table rows
 *   above 1 kB would use overflow pages, at twice the space and time.
 * - `snapshot`: separate from `session`, because SQLite rewrites whole rows and
 *   snapshots are long.
 * - `label`: index of the labels, in the order of the keys of their sessions.
 * - `blob`: bytes of entries by their hash. `blob_use` lists the sessions and children that have
 *   them; a trigger deletes a blob with its last use.
 * - `last_epoch`: counter of leases over all sessions, so that an id that is deleted and
 *   reused gets no epoch twice.
 * - `in_use`: mark of an open database, see `use_mark.ts`.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { HAS_CALLER, listAdoptions } from "../adoption.ts";
import { StoreError, StoreVersionError } from "../store_errors.ts";
import { readMeta, readNumber, type SqliteDatabase } from "./database.ts";

/** Application id in the header of the file, which marks it as a store: "nomo" in ASCII. */
const APPLICATION_ID = 0x6e6f6d6f;

/**
 * SQL migrations, each from one version of the tables to the next; the first starts from
 * an empty file. Never change a released migration: append a new one.
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
  // The id becomes nullable, which needs a new table: https://www.sqlite.org/lang_altertable.html
  `
  CREATE TABLE new_session (
    number INTEGER PRIMARY KEY,
    id BLOB UNIQUE,
    parent INTEGER REFERENCES session (number) ON DELETE CASCADE,
    child BLOB,
    meta TEXT NOT NULL,
    head INTEGER NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER,
    CHECK (id IS NULL AND parent IS NOT NULL AND child IS NOT NULL
      OR id IS NOT NULL AND parent IS NULL AND child IS NULL)
  ) STRICT;
  INSERT INTO new_session
    SELECT number, id, NULL, NULL, meta, head, hash, created_at, updated_at, epoch, owner,
      lease_until FROM session;
  DROP TABLE session;
  ALTER TABLE new_session RENAME TO session;
  CREATE UNIQUE INDEX session_child ON session (parent, child) WHERE parent IS NOT NULL;
  `,
  `
  CREATE TABLE stop_request (
    epoch INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES session (number) ON DELETE CASCADE
  ) STRICT;
  `,
  `
  CREATE TABLE in_use (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    mark INTEGER NOT NULL
  ) STRICT;
  INSERT INTO in_use (only, mark) VALUES (1, 0);
  `,
  // The status of older sessions becomes known when they are listed or continued.
  `
  ALTER TABLE session ADD COLUMN status TEXT NOT NULL DEFAULT 'unknown';
  ALTER TABLE session ADD COLUMN approvals TEXT;
  ALTER TABLE session ADD COLUMN labels TEXT;
  CREATE INDEX session_free ON session (status, id, updated_at, labels)
    WHERE id IS NOT NULL AND owner IS NULL;
  CREATE INDEX session_updated ON session (updated_at) WHERE id IS NOT NULL AND owner IS NULL;
  CREATE INDEX session_leased ON session (id, lease_until, owner, status, labels)
    WHERE id IS NOT NULL AND owner IS NOT NULL;
  CREATE TABLE label (
    session INTEGER NOT NULL REFERENCES session (number) ON DELETE CASCADE,
    label TEXT NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (session, label)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX label_session ON label (label, id);
  `,
  `
  CREATE TABLE blob (
    hash TEXT PRIMARY KEY,
    data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE blob_use (
    session INTEGER NOT NULL REFERENCES session (number) ON DELETE CASCADE,
    hash TEXT NOT NULL REFERENCES blob (hash),
    PRIMARY KEY (session, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blob_use_hash ON blob_use (hash);
  CREATE TRIGGER blob_unused AFTER DELETE ON blob_use BEGIN
    DELETE FROM blob WHERE hash = OLD.hash
      AND NOT EXISTS (SELECT 1 FROM blob_use WHERE hash = OLD.hash);
  END;
  `,
];

/**
 * Returns true if a database has the tables of this release, false if they must be
 * created or migrated.
 *
 * @throws {StoreVersionError} if a newer release made its tables.
 * @throws {StoreError} if the database belongs to another program.
 */
export function hasCurrentTables(database: SqliteDatabase, path: string): boolean {
  // Read in one transaction, because another process may be creating the tables right now.
  return inTransaction(database, "BEGIN", () => {
    const application = readPragma(database, "application_id");
    const version = readPragma(database, "user_version");
    const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()!;
    const isNew = application === 0 && version === 0 && tables === 0;
    if (application !== APPLICATION_ID && !isNew) {
      throw new StoreError(
        `Cannot open the store in ${quote(path)}: it is a database of another program: ` +
          "expected a store of this package, or a path without a file",
      );
    }
    checkVersion(version, path);
    return version === MIGRATIONS.length;
  });
}

/**
 * Runs the outstanding migrations, all or none. Foreign keys must be off, because dropping a
 * table would delete the rows that refer to it.
 */
export function migrate(database: SqliteDatabase, path: string): void {
  inTransaction(database, "BEGIN IMMEDIATE", () => {
    const version = readPragma(database, "user_version");
    checkVersion(version, path);
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    if (version < 2) adoptChildren(database);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
}

/**
 * Moves children that were stored as sessions to the sessions that called them. Children of
 * deleted sessions are deleted.
 */
function adoptChildren(database: SqliteDatabase): void {
  const rows = database.prepare("SELECT id, meta FROM session WHERE meta LIKE ?").all(HAS_CALLER);
  const adopt = database.prepare(`
    UPDATE session SET parent = caller.number, child = session.id, id = NULL
    FROM session AS caller WHERE session.id = ? AND caller.id = ?`);
  for (const { child, session } of listAdoptions(rows.map(readMeta))) {
    if (adopt.run(child, session).changes > 0) continue;
    for (const table of ["entry", "snapshot"]) {
      const number = "(SELECT number FROM session WHERE id = ?)";
      database.prepare(`DELETE FROM ${table} WHERE session = ${number}`).run(child);
    }
    database.prepare("DELETE FROM session WHERE id = ?").run(child);
  }
}

/**
 * Validates the version of the tables.
 *
 * @throws {StoreVersionError} if a newer release changed them.
 */
export function checkVersion(version: number, path: string): void {
  if (version <= MIGRATIONS.length) return;
  throw new StoreVersionError(
    `Cannot use the store in ${quote(path)}: a newer release changed it to version ${version}: ` +
      `expected at most version ${MIGRATIONS.length}; upgrade @nomos/agent to use it`,
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

function readPragma(database: SqliteDatabase, name: "application_id" | "user_version"): number {
  return readNumber(database.prepare(`PRAGMA ${name}`).get()!, name);
}
