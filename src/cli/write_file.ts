/**
 * Files that the user named, and whose folders are made.
 *
 * @module
 */
import { closeSync, existsSync, mkdirSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { quote, reasonOf } from "../errors.ts";
import { codeOf, CommandError } from "./exit_code.ts";

/**
 * Writes a text to a file, and makes the folders that it needs.
 *
 * @throws {CommandError} if it cannot be written.
 */
export function writeFile(path: string, text: string): void {
  write(path, () => writeFileSync(path, text));
}

/**
 * Checks that files can be written, and makes their folders. Leaves no new file.
 *
 * @throws {CommandError} if one cannot be written.
 */
export function checkWritable(paths: readonly string[]): void {
  for (const path of paths) {
    write(path, () => {
      try {
        closeSync(openSync(path, "wx"));
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
        return closeSync(openSync(path, "a"));
      }
      unlinkSync(path);
    });
  }
}

/** Returns the outermost part of a path that does not exist, or else the path. */
export function findMissing(path: string): string {
  const above = dirname(path);
  try {
    return existsSync(above) ? path : findMissing(above);
  } catch {
    // Deno throws without a permission, for example outside the folder that a task allows.
    return path;
  }
}

function write(path: string, attempt: () => void): void {
  try {
    try {
      attempt();
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      mkdirSync(dirname(path), { recursive: true });
      attempt();
    }
  } catch (cause) {
    throw new CommandError(
      `Cannot write ${quote(path)}: ${reasonOf(cause)}`,
      { code: "FILE_NOT_WRITTEN", cause },
    );
  }
}
