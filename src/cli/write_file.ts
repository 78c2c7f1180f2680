/**
 * Writing a file that the user named.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { quote, reasonOf } from "../errors.ts";
import { codeOf, CommandError } from "./exit_code.ts";

/**
 * Writes a text to a file, and makes the folders that it needs.
 *
 * @throws {CommandError} if it cannot be written.
 */
export function writeFile(path: string, text: string): void {
  try {
    try {
      writeFileSync(path, text);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  } catch (cause) {
    throw new CommandError(`Cannot write ${quote(path)}: ${reasonOf(cause)}`, {
      code: "FILE_NOT_WRITTEN",
      cause,
    });
  }
}
