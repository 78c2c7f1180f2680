/**
 * Identity of a function in a profile, and its name in a report.
 *
 * @module
 */

import { relative } from "node:path/posix";
import type { CallFrame, CpuProfile } from "./cpu_profile.ts";

/**
 * Function identified by name, module and line, as in Python's profiler. Two anonymous
 * functions on one line are the same.
 */
export interface FunctionPlace {
  /** Name; `(anonymous)` or `(module)` if the source has none. */
  readonly name: string;
  /** URL of the module; empty for native code and for V8's own rows. */
  readonly url: string;
  /** Line on which the function begins, from 1; 0 if unknown. */
  readonly line: number;
}

/** Names of the rows that V8 adds for time outside all functions. */
const V8_ROWS = ["(root)", "(program)", "(idle)", "(garbage collector)"];

/**
 * Identifies the function of a profile frame. A frame without a name is the top level of its
 * module if it begins at column 0, and otherwise an anonymous function.
 */
export function identifyFunction(
  { functionName, url, lineNumber, columnNumber }: CallFrame,
): FunctionPlace {
  const isModule = url !== "" && columnNumber === 0;
  const name = functionName !== "" ? functionName : isModule ? "(module)" : "(anonymous)";
  return { name, url, line: lineNumber + 1 };
}

/** Returns a string that is equal only for equal places, for use as a map key. */
export function placeKey({ url, line, name }: FunctionPlace): string {
  return `${url}:${line}:${name}`;
}

/** Start of the files of this package in a profile of another project. */
export const FRAMEWORK = "@nomos/agent/";

/** URL of the root of this package. */
const FRAMEWORK_ROOT = new URL("../../../", import.meta.url).href;

/**
 * Formats the file of a function: relative to the project, this package as `@nomos/agent/path`,
 * npm packages as `npm:name@version/path`, native code as `native`; empty for V8's own rows.
 *
 * @param root `file:` URL of the project, with a slash at the end.
 */
export function formatFile({ name, url }: FunctionPlace, root: string): string {
  if (url === "") return V8_ROWS.includes(name) ? "" : "native";
  // A project may lie in this package, as its examples do, or this package in a project.
  const isFramework = url.startsWith(FRAMEWORK_ROOT) &&
    !(url.startsWith(root) && root.length >= FRAMEWORK_ROOT.length);
  if (isFramework) return FRAMEWORK + decodeURI(url.slice(FRAMEWORK_ROOT.length));
  if (url.startsWith(root)) return decodeURI(url.slice(root.length));
  const cached = /\/npm\/.*?((?:@[^/]+\/)?[^/@]+)\/(\d+\.\d+\.\d+[^/]*)\/(.+)$/.exec(url);
  if (cached !== null) return `npm:${cached[1]}@${cached[2]}/${cached[3]}`;
  return url.startsWith("file:") ? decodeURI(new URL(url).pathname) : url;
}

/**
 * Returns a profile whose URLs are files as in a report, without paths of the machine.
 *
 * @param root `file:` URL of the project, with a slash at the end.
 */
export function withRelativeFiles(profile: CpuProfile, root: string): CpuProfile {
  const folder = decodeURI(new URL(root).pathname);
  const urlOf = (frame: CallFrame): string => {
    if (frame.url === "") return "";
    const file = formatFile(identifyFunction(frame), root);
    return file.startsWith("/") ? relative(folder, file) : file;
  };
  const nodes = profile.nodes.map((node) => {
    return { ...node, callFrame: { ...node.callFrame, url: urlOf(node.callFrame) } };
  });
  return { ...profile, nodes };
}

/** Formats the last column of the table, `file:line(function)`. */
export function formatLabel({ name, line }: FunctionPlace, file: string): string {
  const words = name.startsWith("(") ? name : `(${name})`;
  return line === 0 ? `${file}${words}` : `${file}:${line}${words}`;
}
