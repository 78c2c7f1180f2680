/**
 * The function that a row is about, and its name in a report.
 *
 * @module
 */

import type { CallFrame } from "./cpu_profile.ts";

/**
 * A function by name and place, as Python's profiler names it: two nameless functions of one
 * line are one.
 */
export interface FunctionPlace {
  /** The name; `(anonymous)` and `(module)` if the source has none. */
  readonly name: string;
  /** The module; empty for native code and for V8's own rows. */
  readonly url: string;
  /** The line on which the function begins, from 1; 0 is none. */
  readonly line: number;
}

/** The rows that V8 itself adds: time that belongs to no function. */
const V8_ROWS = ["(root)", "(program)", "(idle)", "(garbage collector)"];

/**
 * Names a frame of a profile. The top level of a module has no name and begins its line;
 * every other nameless frame is an anonymous function.
 */
export function placeOf({ functionName, url, lineNumber, columnNumber }: CallFrame): FunctionPlace {
  const isModule = url !== "" && columnNumber === 0;
  const name = functionName !== "" ? functionName : isModule ? "(module)" : "(anonymous)";
  return { name, url, line: lineNumber + 1 };
}

/** A text that is equal for equal places only. */
export function placeKey({ url, line, name }: FunctionPlace): string {
  return `${url}:${line}:${name}`;
}

/**
 * The file of a function as a report shows it: relative to the repository, npm packages as
 * `npm:name@version/path`, native code as `native`; empty for V8's own rows.
 *
 * @param root The repository as a `file:` address that ends in a slash.
 */
export function fileOf({ name, url }: FunctionPlace, root: string): string {
  if (url === "") return V8_ROWS.includes(name) ? "" : "native";
  if (url.startsWith(root)) return decodeURI(url.slice(root.length));
  const cached = /\/npm\/.*?((?:@[^/]+\/)?[^/@]+)\/(\d+\.\d+\.\d+[^/]*)\/(.+)$/.exec(url);
  if (cached !== null) return `npm:${cached[1]}@${cached[2]}/${cached[3]}`;
  return url.startsWith("file:") ? decodeURI(new URL(url).pathname) : url;
}

/** The last column of the table, `file:line(function)`. */
export function labelOf({ name, line }: FunctionPlace, file: string): string {
  const words = name.startsWith("(") ? name : `(${name})`;
  return line === 0 ? `${file}${words}` : `${file}:${line}${words}`;
}
