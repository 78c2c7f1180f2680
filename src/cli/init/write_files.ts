/**
 * Writing the files of a new project: all of them, or none.
 *
 * @module
 */
import { lstatSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { quote, reasonOf } from "../../errors.ts";
import { CommandError } from "../exit_code.ts";

/** Texts of files by path, relative to the folder of the project. */
export type Files = ReadonlyMap<string, string>;

/**
 * Writes files that do not exist yet, and the folders that they need.
 *
 * @throws {CommandError} naming all files that are in the way, or the one that cannot be written.
 *   Nothing was written then, or it was removed.
 */
export function writeFiles(folder: string, files: Files): void {
  const inTheWay = [...files.keys()].filter((name) => exists(join(folder, name)));
  if (inTheWay.length > 0) throw new CommandError(...describe(folder, inTheWay));
  const folders: string[] = [];
  const written: string[] = [];
  let path = folder;
  try {
    for (const [name, text] of files) {
      path = join(folder, name);
      folders.push(...makeFolder(dirname(path)));
      // A file that appeared since then is not overwritten.
      writeFileSync(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (cause) {
    for (const path of written) rmSync(path, { force: true });
    for (const path of folders.reverse()) tryRemoveFolder(path);
    throw new CommandError(
      `Cannot write ${quote(path)}: ${reasonOf(cause)}. Nothing is left of the new agent`,
      { code: "FILE_NOT_WRITTEN", cause },
    );
  }
}

function describe(
  folder: string,
  files: readonly string[],
): ConstructorParameters<typeof CommandError> {
  const list = new Intl.ListFormat("en").format(files);
  const verb = files.length === 1 ? "is" : "are";
  return [
    `Cannot make an agent in ${quote(folder)}: ${list} ${verb} in the way: ` +
    "expected a folder without them. Nothing was written",
    { code: "FILES_IN_THE_WAY", details: { files } },
  ];
}

/** Returns true for a file, a folder, or a link to nothing. */
function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    // A part of the path that is a file is reported when it is written.
    const { code } = error as { readonly code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

/** Makes a folder. Returns those that did not exist, the outermost first. */
function makeFolder(path: string): readonly string[] {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return [];
  const names = relative(first, path).split(/[/\\]/).filter((name) => name !== "");
  return [first, ...names.map((_, index) => join(first, ...names.slice(0, index + 1)))];
}

function tryRemoveFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Somebody else has put a file into it.
  }
}
