/**
 * Links in a project that lead out of it.
 *
 * @module
 */
import { type Dirent, readdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Permissions } from "../../config/permissions.ts";
import type { ConfigFile } from "../../config/read_config.ts";
import { avoidCommas, isInside } from "../permissions.ts";

/**
 * Lists the links in a folder, and in those below it, that lead out of it or nowhere. Deno follows
 * links in a folder that it allows, so that a project could read and write everything by them.
 */
export function listWaysOut(root: string): readonly string[] {
  const real = realpathSync(root);
  const search = (folder: string): string[] =>
    listEntries(folder).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return search(path);
      return entry.isSymbolicLink() && leadsOut(path, real) ? [path] : [];
    });
  return search(root);
}

/** Lists a folder; what cannot be read here cannot be read by the agent either. */
function listEntries(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function leadsOut(link: string, real: string): boolean {
  try {
    return !isInside(real, realpathSync(link));
  } catch {
    // A file that is written by a link may not exist yet.
    return true;
  }
}

/** Returns the permissions for those ways that an agent file asks for by their names. */
export function findAskedWays(
  { path, config: { permissions } }: Pick<ConfigFile, "path" | "config">,
  ways: readonly string[],
): Permissions {
  const find = (names: boolean | readonly string[] = []) =>
    typeof names === "boolean"
      ? []
      : ways.filter((way) => names.some((name) => isInside(way, resolve(dirname(path), name))));
  return { read: find(permissions.read), write: find(permissions.write) };
}

/**
 * Returns the flags of `deno run` that deny the ways that the user did not grant by their names.
 *
 * @throws {CommandError} if a way has a comma in its path, so that it cannot be denied.
 */
export function denyWays(ways: readonly string[], granted: Permissions): readonly string[] {
  return (["read", "write"] as const).flatMap((kind) => {
    const names = granted[kind] ?? [];
    if (names === true) return [];
    const denied = ways.filter((way) => !names.some((name) => resolve(name) === way));
    const paths = avoidCommas({ [kind]: denied })[kind];
    return paths === undefined ? [] : [`--deny-${kind}=${paths}`];
  });
}
