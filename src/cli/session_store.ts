/**
 * Store of a command's sessions.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { quote, reasonOf } from "../errors.ts";
import { openStore } from "../store/open_store.ts";
import type { VerifiableStore } from "../store/store.ts";
import { CommandError, EXIT } from "./exit_code.ts";
import { FOLDER, makeFolder } from "./own_folder.ts";
import { findSqlitePath } from "./store_url.ts";

/**
 * Opens a store.
 *
 * @throws {CommandError} if its folder cannot be made.
 * @throws {ConfigError} if the URL is invalid.
 * @throws {StoreError} if the store cannot be opened.
 */
export async function openSessionStore(url: string): Promise<VerifiableStore> {
  const path = findSqlitePath(url);
  const folder = path === undefined ? "" : dirname(path);
  try {
    if (basename(folder) === FOLDER) makeFolder(folder);
  } catch (cause) {
    throw new CommandError(
      `Cannot make the folder ${quote(folder)} for sessions: ${
        reasonOf(cause)
      }: expected a folder ` +
        "that may be written, or another store, such as --store memory",
      { code: "STORE_FAILED", exitCode: EXIT.noAnswer, cause },
    );
  }
  return await openStore(url);
}
