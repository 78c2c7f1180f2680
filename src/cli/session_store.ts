/**
 * Store of a command's sessions.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { openStore } from "../store/open_store.ts";
import type { VerifiableStore } from "../store/store.ts";
import { FOLDER, makeFolder } from "./own_folder.ts";
import { findSqlitePath } from "./store_url.ts";

/**
 * Opens a store.
 *
 * @throws {ConfigError} if the URL is invalid.
 * @throws {StoreError} if the store cannot be opened.
 */
export async function openSessionStore(url: string): Promise<VerifiableStore> {
  const path = findSqlitePath(url);
  if (path !== undefined && basename(dirname(path)) === FOLDER) makeFolder(dirname(path));
  return await openStore(url);
}
