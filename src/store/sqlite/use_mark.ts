/**
 * In-use mark of a database, from which a missing write-ahead log is detected.
 *
 * The mark is written into the main file when a store opens, and cleared when the last store
 * closes, as the owner files show. A main file with the mark but without a write-ahead log lacks
 * the latest transactions: the log was deleted, or only the main file was copied.
 *
 * @module
 */
import { existsSync, realpathSync } from "node:fs";
import { quote } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";
import { readNumber, type SqliteDatabase } from "./database.ts";
import { isPermitted } from "./owner_file.ts";

/**
 * Returns true if a database has a write-ahead log, is new, or Deno does not permit to look.
 * SQLite creates a log when it opens the database.
 */
export function mayHaveLog(path: string): boolean {
  if (!isPermitted("read", path) || !existsSync(path)) return true;
  try {
    // SQLite keeps the log beside the file itself, not beside a symbolic link.
    const log = `${realpathSync(path)}-wal`;
    return !isPermitted("read", log) || existsSync(log);
  } catch {
    return true;
  }
}

/**
 * Throws if the write-ahead log of an open database was lost.
 *
 * @throws {StoreError} if there was none before, although the database is marked and no other
 *   connection is open.
 */
export function checkUseMark(database: SqliteDatabase, path: string): void {
  if (!isMarkedAlone(database)) return;
  throw new StoreError(
    `Cannot open the store in ${quote(path)}: its write-ahead log is missing, and the latest ` +
      'transactions with it: expected the file that ends in "-wal" beside it; restore it or a ' +
      "backup, or pass acceptLoss: true to open the store without them",
  );
}

/** Marks a database as in use. Does nothing if another connection writes at the moment. */
export function setUseMark(database: SqliteDatabase): void {
  if (isMarked(database) || !tryExec(database, "UPDATE in_use SET mark = 1")) return;
  // Into the main file, because the write-ahead log may get lost.
  tryExec(database, "PRAGMA wal_checkpoint(PASSIVE)");
}

/** Clears the mark, when no other store is open. */
export function clearUseMark(database: SqliteDatabase): void {
  // A program may end during a transaction, which would take the change with it.
  if (database.isTransaction) tryExec(database, "ROLLBACK");
  tryExec(database, "UPDATE in_use SET mark = 0");
}

function isMarked(database: SqliteDatabase): boolean {
  return readNumber(database.prepare("SELECT mark FROM in_use").get()!, "mark") === 1;
}

/**
 * Returns true if a database is marked, and no other connection is open: in this mode, a
 * transaction needs that. The mark is read in that transaction, because the last other store may
 * just have cleared it.
 */
function isMarkedAlone(database: SqliteDatabase): boolean {
  const isAlone = tryExec(database, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE");
  const isLost = isAlone && isMarked(database);
  if (isAlone) database.exec("ROLLBACK");
  tryExec(database, "PRAGMA locking_mode = NORMAL");
  return isLost;
}

/** Runs statements. Returns false if one fails, for example because another process writes. */
function tryExec(database: SqliteDatabase, sql: string): boolean {
  try {
    database.exec(sql);
    return true;
  } catch {
    return false;
  }
}
