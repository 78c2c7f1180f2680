/**
 * Reading text files.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { reasonOf } from "../../errors.ts";
import { ConfigFileError } from "./problem.ts";

/** `node:fs`. In Deno, importing it by its name would load the code of all streams of Node. */
export const fs: typeof import("node:fs") = process.getBuiltinModule("node:fs");

/** Text file. */
export interface TextFile {
  /** Path of the file. */
  readonly path: string;
  /** Text of the file. */
  readonly text: string;
}

/**
 * Reads a file.
 *
 * @throws {ConfigFileError} if it cannot be read.
 */
export async function readText(place: string | URL): Promise<TextFile> {
  const path = toPath(place);
  try {
    return { path, text: await readTextFile(path) };
  } catch (cause) {
    throw createReadError(path, cause);
  }
}

/**
 * Reads a file before it returns.
 *
 * @throws {ConfigFileError} if it cannot be read.
 */
export function readTextSync(place: string | URL): TextFile {
  const path = toPath(place);
  try {
    return { path, text: fs.readFileSync(path, "utf8") };
  } catch (cause) {
    throw createReadError(path, cause);
  }
}

/** Reads the text of a file. `fs.promises` would load the code of all streams, too. */
export function readTextFile(path: string | URL): Promise<string> {
  return new Promise((resolve, reject) => {
    fs.readFile(path, "utf8", (error, text) => error === null ? resolve(text) : reject(error));
  });
}

/** Returns the path of a file given as a path, a `file:` URL or the text of one. */
function toPath(place: string | URL): string {
  return String(place).startsWith("file:") ? fileURLToPath(place) : String(place);
}

function createReadError(file: string, cause: unknown): ConfigFileError {
  const message = `the file cannot be read: ${reasonOf(cause)}`;
  return new ConfigFileError([{ file, line: 1, column: 1, path: "", message }], [], { cause });
}
