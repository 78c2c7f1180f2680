/**
 * A copy of a database that is in use.
 *
 * @module
 */
import { open, rm } from "node:fs/promises";
import { backup, type DatabaseSync } from "node:sqlite";
import { quote } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";
import { databaseLocation, filePath } from "./connection.ts";
import { storeErrorOf } from "./sqlite_failure.ts";

/**
 * Copies a database as it is at one moment. It uses the backup interface of
 * SQLite, https://www.sqlite.org/backup.html: `VACUUM INTO` attaches the copy,
 * which Deno allows to programs alone that may do everything.
 *
 * @throws {StoreError} if there is such a file, or it cannot be written.
 */
export async function copyDatabase(database: DatabaseSync, file: string | URL): Promise<void> {
  const path = filePath(file);
  await createNew(path);
  try {
    await backup(database, databaseLocation(path));
  } catch (error) {
    await rm(path, { force: true });
    throw storeErrorOf(error, "make a backup", path);
  }
}

/** Creates an empty file, which for SQLite is an empty database: nobody else can come between. */
async function createNew(path: string): Promise<void> {
  try {
    await (await open(path, "wx")).close();
  } catch (cause) {
    if ((cause as { readonly code?: unknown })?.code === "EEXIST") {
      throw new StoreError(
        `Cannot make a backup in ${quote(path)}: there is such a file: expected a new one`,
        { cause },
      );
    }
    throw storeErrorOf(cause, "make a backup", path);
  }
}
