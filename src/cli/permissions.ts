/**
 * Permissions of the agent's process.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { PermissionKind } from "../config/format/agent_config.ts";
import { KINDS, type Permissions } from "../config/permissions.ts";
import { quote } from "../errors.ts";
import { CommandError } from "./exit_code.ts";

/** Name that stands for all hosts, all of a top-level domain, or a range of addresses. */
const ANY_HOST_REGEXP = /^(?:\*(?:\.[^.:]+\.?)?(?::\d+)?$|.*\/)/;

/** Returns the permissions that `--allow-…` grants; true for `--allow-all`. */
export function readGrants(options: Readonly<Record<string, unknown>>): true | Permissions {
  if (options["allow-all"] === true) return true;
  return collect((kind) => {
    const names = options[`allow-${kind}`] as true | readonly string[] | undefined;
    return names === true ? true : (names ?? []).flatMap((text) => text.split(","));
  });
}

/** Returns all permissions of both. */
export function unite(one: Permissions, other: Permissions): Permissions {
  return collect((kind) => {
    const [a = [], b = []] = [one[kind], other[kind]];
    return a === true || b === true ? true : [...new Set([...a, ...b])];
  });
}

/**
 * Divides permissions that an agent file asks for. A file may not grant itself programs, native
 * code, information about the system, remote code, hosts and variables by a pattern, and files
 * outside the project. It may not write where a link leads out of the project, because the link
 * could be moved.
 *
 * @param root Folder of the project; undefined if no folder is the project's alone.
 * @param ways Links in the folder that lead out of it. Default: none.
 */
export function divide(
  wanted: Permissions,
  root: string | undefined,
  ways: readonly string[] = [],
): { readonly harmless: Permissions; readonly wishes: Permissions } {
  const folder = root === undefined ? undefined : realPath(root);
  const isWish = (kind: PermissionKind, name: string) => {
    if (kind === "run" || kind === "ffi" || kind === "sys" || kind === "import") return true;
    if (kind === "net") return ANY_HOST_REGEXP.test(name);
    if (kind === "env") return name.includes("*");
    if (kind === "write" && ways.some((way) => isInside(resolve(name), way))) return true;
    const isPath = kind === "read" || kind === "write";
    return isPath && (folder === undefined || !isInside(folder, realPath(name)));
  };
  const pick = (wish: boolean) =>
    collect((kind) => {
      const names = wanted[kind] ?? [];
      if (names !== true) return names.filter((name) => isWish(kind, name) === wish);
      return wish ? true : [];
    });
  return { harmless: pick(false), wishes: pick(true) };
}

/** Returns the permissions that are not among those granted. */
export function subtract(wishes: Permissions, granted: Permissions): Permissions {
  return collect((kind) => {
    const [asked = [], given = []] = [wishes[kind], granted[kind]];
    if (given === true) return [];
    if (asked === true) return true;
    const isPath = kind === "read" || kind === "write";
    return asked.filter((name) =>
      !given.some((one) => isPath ? isInside(resolve(one), name) : one === name)
    );
  });
}

/** Host of the packages of JSR, this one among them. */
const REGISTRY = "jsr.io";

/** Returns the flags of `deno run`, one for each kind. */
export function toFlags(permissions: Permissions): string[] {
  return KINDS.flatMap((kind) => {
    const names = permissions[kind];
    if (names === undefined) return [];
    if (names === true) return [`--allow-${kind}`];
    // The flag replaces the hosts that Deno allows without it, also for the imports of packages.
    const all = kind === "import" ? new Set([...names, REGISTRY]) : names;
    return [`--allow-${kind}=${[...all].join(",")}`];
  });
}

/**
 * Returns permissions that can be flags: Deno divides them at every comma. A path with one is written
 * from the working directory, where it often has none.
 *
 * @throws {CommandError} if it has one there too.
 */
export function avoidCommas(permissions: Permissions): Permissions {
  return collect((kind) => {
    const names = permissions[kind] ?? [];
    if (names === true) return true;
    return names.map((name) => {
      const way = name.includes(",") ? relative("", name) || "." : name;
      if (!way.includes(",")) return way;
      throw new CommandError(
        `Cannot use the path ${
          quote(name)
        }, because Deno takes none with a comma: expected another ` +
          "name, a command that is started in the folder, or --allow-all",
        { code: "PERMISSION_REFUSED" },
      );
    });
  });
}

/** Returns the path behind links; of a path that does not exist, that of the folder that does. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const above = dirname(absolute);
    return above === absolute ? absolute : join(realPath(above), basename(absolute));
  }
}

/** Returns true if a path is a folder or is in it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, resolve(path));
  return !isAbsolute(way) && way !== ".." && !/^\.\.[/\\]/.test(way);
}

function collect(list: (kind: PermissionKind) => true | readonly string[]): Permissions {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, list(kind)] as const)
      .filter(([, names]) => names === true || names.length > 0),
  );
}
