/**
 * Configuration of Deno of a project.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isRecord } from "../schema/option_shape.ts";

/** Name of this package in import maps. */
const PACKAGE = "@nomos/agent";

/** Code of the agent's process in this package. */
const HOST = "cli/host";

/** Names of the configuration of Deno. */
export const CONFIGS: readonly string[] = ["deno.json", "deno.jsonc"];

/**
 * Returns the specifier by which a project's configuration resolves the code of the agent's process.
 *
 * @param config Path of `deno.json` or `deno.jsonc`.
 * @returns The specifier; undefined if the project does not import this package.
 */
export function findHost(config: string): string | undefined {
  const root = findWorkspace(config);
  return findIn(config) ?? (root === undefined ? undefined : findIn(root));
}

/** Returns the path of the configuration of the workspace that a project belongs to. */
export function findWorkspace(config: string): string | undefined {
  const found = findAbove(dirname(dirname(config)), CONFIGS);
  return found === undefined || readObject(found).workspace === undefined ? undefined : found;
}

/**
 * Returns the path of the first of some files in a folder or in one above it.
 *
 * @param isTop Returns true for a folder above which nothing is looked for. Default: the root alone.
 */
export function findAbove(
  folder: string,
  names: readonly string[],
  isTop: (folder: string) => boolean = () => false,
): string | undefined {
  const found = names.map((name) => join(folder, name)).find(exists);
  if (found !== undefined) return found;
  const above = dirname(folder);
  return above === folder || isTop(folder) ? undefined : findAbove(above, names, isTop);
}

/** Returns true if a file exists that this process may read. */
export function exists(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    // Deno throws without a permission, for example above the folder that a task allows.
    return false;
  }
}

function findIn(config: string): string | undefined {
  const { name, imports, importMap } = readObject(config);
  const own = `${PACKAGE}/${HOST}`;
  // The checkout of this package itself.
  if (name === PACKAGE) return own;
  const named = typeof importMap === "string" && !/^[a-z]+:/i.test(importMap)
    ? readObject(resolve(dirname(config), importMap)).imports
    : undefined;
  const all = { ...isRecord(named) && named, ...isRecord(imports) && imports };
  if (Object.hasOwn(all, own) || Object.hasOwn(all, `${PACKAGE}/`)) return own;
  const target = all[PACKAGE];
  if (typeof target !== "string") return undefined;
  // Other packages have their subpaths; of a module, the path of another one is known.
  if (/^(?:jsr|npm):/.test(target)) return own;
  if (!target.endsWith("/mod.ts")) return undefined;
  return new URL(`src/${HOST}.ts`, new URL(target, pathToFileURL(config))).href;
}

/** Reads a file of JSON with comments; anything else, also a mistake, is reported by Deno itself. */
function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(withoutComments(readFileSync(path, "utf8")));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Removes comments and trailing commas, and leaves strings as they are. */
function withoutComments(text: string): string {
  const parts = /("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[^]*?\*\//g;
  const commas = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;
  const keepString = (_: string, kept: string = "") => kept;
  return text.replaceAll(parts, keepString).replaceAll(commas, keepString);
}
