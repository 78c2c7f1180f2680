/**
 * Store of a command's sessions.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openStore } from "../store/open_store.ts";
import type { VerifiableStore } from "../store/store.ts";
import { findSqlitePath, FOLDER } from "./store_url.ts";

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

/** Makes the folder of a project, which Git ignores. */
function makeFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) === undefined) return;
  writeFileSync(join(folder, ".gitignore"), "*\n");
}
