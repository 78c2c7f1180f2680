/**
 * Reading text files.
 *
 * @module
 */
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
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
  return new Promise((fulfil, reject) => {
    fs.readFile(path, "utf8", (error, text) => error === null ? fulfil(text) : reject(error));
  });
}

/**
 * Returns the URL of a file that another file names.
 *
 * @param name Path relative to the folder of the other file, with `/` or `\\`, or a `file:` URL.
 * @param file Path of the other file.
 * @throws {TypeError} if the URL is malformed.
 */
export function locateFile(name: string, file: string): URL {
  return name.startsWith("file:")
    ? new URL(name)
    : pathToFileURL(resolve(file, "..", name.replaceAll("\\", "/")));
}

/** Returns the path of a file given as a path, a `file:` URL or the text of one. */
function toPath(place: string | URL): string {
  return String(place).startsWith("file:") ? fileURLToPath(place) : String(place);
}

function createReadError(file: string, cause: unknown): ConfigFileError {
  const message = `the file cannot be read: ${reasonOf(cause)}`;
  return new ConfigFileError([{ file, line: 1, column: 1, path: "", message }], [], { cause });
}
