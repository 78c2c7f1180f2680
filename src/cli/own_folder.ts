/**
 * Folder of a project for what commands write.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Name of the folder. */
export const FOLDER = ".nomos";

/** Makes the folder, which Git ignores, unless it exists. */
export function makeFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) === undefined) return;
  writeFileSync(join(folder, ".gitignore"), "*\n");
}
