/**
 * Which function a row is about, and how it is called in a report.
 *
 * @module
 */

import type { CallFrame } from "./cpu_profile.ts";

/** A function by name and place. Lines and columns count from 1; 0 is none. */
export interface FunctionPlace {
  /** The name; `(anonymous)` and `(module)` where the source gives none. */
  readonly name: string;
  /** The module; empty for native code and for V8's own rows. */
  readonly url: string;
  /** The line on which it begins. */
  readonly line: number;
  /** The column at which it begins: it tells two arrows of one line apart. */
  readonly column: number;
}

/** The rows that V8 itself adds: time that belongs to no function. */
const V8_ROWS: ReadonlySet<string> = new Set([
  "(root)",
  "(program)",
  "(idle)",
  "(garbage collector)",
]);

/**
 * Names a frame of a profile. The top level of a module has no name and begins
 * its line; every other nameless frame is an anonymous function.
 *
 * @param frame The frame.
 * @returns The place, counted from 1 as editors do.
 */
export function placeOf(frame: CallFrame): FunctionPlace {
  return {
    name: frame.functionName !== ""
      ? frame.functionName
      : frame.url !== "" && frame.columnNumber === 0
      ? "(module)"
      : "(anonymous)",
    url: frame.url,
    line: frame.lineNumber + 1,
    column: frame.columnNumber + 1,
  };
}

/**
 * The identity of a function within one report.
 *
 * @param place The function.
 * @returns A text that is equal for equal places only.
 */
export function placeKey(place: FunctionPlace): string {
  return `${place.url}:${place.line}:${place.column}:${place.name}`;
}

/**
 * The file of a function as a report shows it: relative to the repository, npm
 * packages as `npm:name@version/path`, native code as `native`.
 *
 * @param url The module of the function.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns The short name; empty for V8's own rows.
 */
export function shortFile(url: string, root: string): string {
  const installed =
    /\/node_modules\/\.deno\/(@?[^/@]+@[^/_]+)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.+)$/
      .exec(
        url,
      );
  if (installed !== null) {
    const [, folder = "", name = "", path = ""] = installed;
    return `npm:${name}@${folder.slice(folder.lastIndexOf("@") + 1)}/${path}`;
  }
  if (root !== "" && url.startsWith(root)) return decodeURI(url.slice(root.length));
  const cached = /\/npm\/.*?((?:@[^/]+\/)?[^/@]+)\/(\d+\.\d+\.\d+[^/]*)\/(.+)$/.exec(url);
  if (cached !== null) return `npm:${cached[1]}@${cached[2]}/${cached[3]}`;
  return url.startsWith("file:") ? decodeURI(new URL(url).pathname) : url;
}

/**
 * The file of a function, V8's own rows and native code told apart.
 *
 * @param place The function.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns The short name of the file, `native`, or nothing for V8's own rows.
 */
export function fileOf(place: FunctionPlace, root: string): string {
  if (place.url !== "") return shortFile(place.url, root);
  return V8_ROWS.has(place.name) ? "" : "native";
}

/**
 * The last column of the table, `file:line(function)`.
 *
 * @param place The function.
 * @param file Its file, from {@linkcode fileOf}.
 * @param withColumn Whether the column is told too.
 * @returns The text.
 */
export function labelOf(place: FunctionPlace, file: string, withColumn = false): string {
  const name = place.name.startsWith("(") ? place.name : `(${place.name})`;
  if (place.line === 0) return `${file}${name}`;
  return `${file}:${place.line}${withColumn ? `:${place.column}` : ""}${name}`;
}
