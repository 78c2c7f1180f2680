/**
 * Errors of an author's modules, with their places.
 *
 * @module
 */
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { quote, reasonOf } from "../errors.ts";

/** Verbs by kind of permission. */
const VERBS: Readonly<Record<string, string>> = {
  read: "reads",
  write: "writes",
  net: "connects to",
  env: "reads the variable",
  run: "runs",
  ffi: "loads",
  sys: "asks the system for",
  import: "imports",
};

const MESSAGE_REGEXP = /Requires (\w+) access(?: to ("?)(.+?)\2)?, run again with the --allow-\w+/s;
const FRAME_REGEXP = /(file:\/\/[^\s()]+?):(\d+):\d+\)?$/;

/** Places at the end of the message of a module that cannot be imported; the first one is the nearest. */
const PLACES_REGEXP = /\s*\bat (file:\/\/\S+?):(\d+):(\d+)(?:\s+at file:\/\/\S+)*$/;

/** Code of this package, in which no author's mistake is. */
const OWN = new URL("../", import.meta.url).href;

/** Code of packages: of Node, and in the cache of Deno. */
const PACKAGE_REGEXP = /\/node_modules\/|\/npm\/registry\.npmjs\.org\//;

/** Maximum number of causes that are looked at. */
const MAX_CAUSES = 10;

/**
 * Describes an access that was denied, with its place and the way out.
 *
 * @param agent Path of the agent file or module.
 * @returns One sentence or two; undefined if an error has another reason.
 */
export function describeDenied(error: unknown, agent: string): string | undefined {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause !== undefined; depth++) {
    const found = MESSAGE_REGEXP.exec(stripVTControlCharacters(reasonOf(cause)));
    const [, kind = "", , name] = found ?? [];
    if (Object.hasOwn(VERBS, kind)) return describe(kind, name, findPlace(cause), agent);
    cause = (cause as { readonly cause?: unknown } | null)?.cause;
  }
  return undefined;
}

/** Returns the author's line in which an error was thrown: `tools.ts:12`; undefined if there is none. */
export function findPlace(error: unknown): string | undefined {
  const { stack } = Object(error) as { readonly stack?: unknown };
  if (typeof stack !== "string") return undefined;
  for (const line of stripVTControlCharacters(stack).split("\n")) {
    const [, url, number] = FRAME_REGEXP.exec(line) ?? [];
    if (url === undefined || url.startsWith(OWN) || PACKAGE_REGEXP.test(url)) continue;
    return `${toPath(url)}:${number}`;
  }
  return undefined;
}

/** Describes why a module cannot be imported: the place, then the reason. */
export function describeImportError(error: unknown, agent: string): string {
  const denied = describeDenied(error, agent);
  if (denied !== undefined) return denied;
  const text = stripVTControlCharacters(reasonOf(error));
  const [shown = "", url, line, column] = PLACES_REGEXP.exec(text) ?? [];
  const message = text.replace(shown, "").split("\n")
    // Deno shows the line of a syntax error as well.
    .filter((one) => !/^\s*\d*\s*\|/.test(one)).join("\n").trim()
    .replace(/\.$/, "").replaceAll(/file:\/\/[^\s"']+/g, (url) => toPath(url));
  // The stack of a missing module names only its importer.
  if (url === undefined && message.startsWith("Module not found")) return message;
  const place = url === undefined ? findPlace(error) : `${toPath(url)}:${line}:${column}`;
  return place === undefined ? message : `${place}: ${message}`;
}

/** Returns the path of a `file:` URL, relative to the working directory; a malformed URL as it is. */
function toPath(url: string): string {
  try {
    return relative(".", fileURLToPath(url));
  } catch {
    return url;
  }
}

function describe(
  kind: string,
  given: string | undefined,
  place: string | undefined,
  agent: string,
): string {
  const isFile = /\.(?:ya?ml|json)$/.test(agent);
  const name = given === undefined ? undefined : rename(kind, given, isFile ? dirname(agent) : ".");
  const verb = kind === "env" && name === undefined ? "reads all of" : VERBS[kind];
  const what = name === undefined ? kind === "env" ? "the environment" : "everything" : quote(name);
  const access = `${place ?? "The code of the agent"} ${verb} ${what}`;
  if (!isFile) {
    const flag = `--allow-${kind}${name === undefined ? "" : `=${name}`}`;
    return `${access}, which is not allowed. If it should: pass ${flag}`;
  }
  const isPlain = name !== undefined && /^[\w./@*-]+(?::\d+)?$/.test(name);
  const list = name === undefined ? "true" : `[${isPlain ? name : quote(name)}]`;
  return `${access}, which ${relative(".", agent)} does not allow. If it should: ` +
    `permissions: { ${kind}: ${list} }`;
}

/** Returns a name as the author would write it: hosts without the usual port, paths from a folder. */
function rename(kind: string, name: string, folder: string): string {
  if (kind === "net" || kind === "import") return name.replace(/:443$/, "");
  if (kind !== "read" && kind !== "write" || name.startsWith("<")) return name;
  const path = relative(folder, resolve(name)) || ".";
  return isAbsolute(name) && path.startsWith("..") ? name : path;
}
