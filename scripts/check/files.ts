/**
 * Checks of the text of all files that git tracks or would add.
 *
 * @module
 */

import { runChild } from "../child.ts";

/** Texts of the files of the repository by path. */
export type Files = ReadonlyMap<string, string>;

const SOURCE_REGEXP = /\.(?:ts|tsx|js|mjs|css|html|py|sql)$/;

/** Absolute path that exists on one machine only. */
const MACHINE_PATH_REGEXP =
  /(?:(?<=file:\/\/)|(?<![\w.~\-}\])/]))\/(?:root|tmp|(?:home|Users)\/\w+)\/|\b[A-Z]:\\+Users\\/g;

/**
 * Reads all text files. A file that contains a zero byte is not a text file.
 *
 * @param root Folder of the repository.
 */
export async function readFiles(root: URL): Promise<Files> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { success, stdout, stderr } = await runChild("git", args, root);
  if (!success) throw new Error(`Cannot list the files of the repository: git failed: ${stderr}`);
  const files = new Map<string, string>();
  for (const path of new Set(stdout.split("\0").filter((path) => path !== "").sort())) {
    const text = await readIfPresent(new URL(path, root));
    if (text !== undefined && !text.includes("\0")) files.set(path, text);
  }
  return files;
}

/** Reads a file; undefined if it was deleted, because git lists it until that is committed. */
async function readIfPresent(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Finds source files that are too long.
 *
 * @returns One line for each file.
 */
export function findLongFiles(files: Files): string[] {
  return [...files].flatMap(([path, text]) => {
    if (!SOURCE_REGEXP.test(path)) return [];
    // Tests may be longer, because they repeat code so that each can be read alone.
    const most = path.startsWith("tests/") ? 400 : 300;
    const lines = text.replace(/\n$/, "").split("\n").length;
    return lines > most ? [`${path}: has ${lines} lines: expected at most ${most}`] : [];
  });
}

/**
 * Finds absolute paths of one machine. Skips tests, whose paths need not exist.
 *
 * @returns One line for each line of a file with such a path.
 */
export function findMachinePaths(files: Files): string[] {
  return [...files].flatMap(([path, text]) =>
    path.startsWith("tests/") ? [] : text.split("\n").flatMap((line, index) => {
      const found = line.match(MACHINE_PATH_REGEXP);
      return found ? [`${path}:${index + 1}: contains a path of one machine: "${found[0]}"`] : [];
    })
  );
}
