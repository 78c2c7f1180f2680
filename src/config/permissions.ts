/**
 * Permissions of Deno that an agent file needs.
 *
 * @module
 */
import { dirname, isAbsolute, join, normalize, relative } from "node:path";
import type { AgentConfig, PermissionKind } from "./format/agent_config.ts";
import { listModels } from "./format/model_names.ts";
import { listNeeds } from "./model/providers.ts";
import type { ConfigFile } from "./read_config.ts";
import { listVariables, type ReadVariable } from "./text/variables.ts";

/** Permissions by kind: names as `deno run` takes them, or true for all; a kind that is absent is not needed. */
export type Permissions = { readonly [Kind in PermissionKind]?: true | readonly string[] };

/** Kinds of permissions. */
export const KINDS: readonly PermissionKind[] = [
  "read",
  "write",
  "net",
  "env",
  "run",
  "ffi",
  "sys",
  "import",
];

/**
 * Returns the permissions that the agent of a file needs: those of its models, its files and its
 * variables, and those that it asks for by `permissions`. The file is data of its author: show them
 * to the user before you grant more than the file's own folder, hosts of models and keys.
 *
 * @param env Returns the value of an environment variable, for URLs of models that only the
 *   environment names. Default: such hosts are left out.
 *
 * @example
 * ```ts
 * import { parseConfig, requiredPermissions } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 *
 * const file = parseConfig(
 *   "cafe/agent.yaml",
 *   `
 * name: barista
 * llm: { provider: openai, model: gpt-5-mini }
 * start: greet
 * steps: [{ id: greet, desc: Greet the customer }]
 * permissions: { net: [api.example.com] }
 * `,
 * );
 * assertEquals(requiredPermissions(file), {
 *   read: ["cafe"],
 *   net: ["api.example.com", "api.openai.com"],
 *   env: ["OPENAI_API_KEY"],
 * });
 * ```
 */
export function requiredPermissions(
  { path, config }: Pick<ConfigFile, "path" | "config">,
  env: ReadVariable = () => undefined,
): Permissions {
  const folder = dirname(path);
  const locate = (name: string) => isAbsolute(name) ? normalize(name) : join(folder, name);
  const needs = listModels(config).map((model) => listNeeds(model, env));
  const found: Partial<Record<PermissionKind, readonly string[]>> = {
    read: [folder, ...listFiles(config).map(locate)],
    net: needs.flatMap(({ hosts }) => hosts),
    env: [...listVariables(config), ...needs.flatMap(({ variables }) => variables)],
    import: config.tools.tool_files
      .filter((file) => /^https?:/.test(file) && URL.canParse(file))
      .map((file) => new URL(file).host),
  };
  const entries = KINDS.flatMap((kind): (readonly [PermissionKind, true | readonly string[]])[] => {
    const asked = config.permissions[kind] ?? [];
    if (asked === true) return [[kind, true]];
    const isPath = kind === "read" || kind === "write";
    const names = (asked || []).map((name) => isPath ? locate(name) : name);
    const all = [...new Set([...found[kind] ?? [], ...names])].sort();
    const outer = isPath ? all.filter((name) => !all.some((other) => contains(other, name))) : all;
    return outer.length === 0 ? [] : [[kind, outer]];
  });
  return Object.fromEntries(entries);
}

/** Returns true if a folder contains a path and is not that path. */
function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !/^\.\.(?:[/\\]|$)/.test(way) && !/^(?:[/\\]|[A-Za-z]:)/.test(way);
}

/** Lists the files that an agent file names, relative to its folder. */
function listFiles({ schemas, tools }: AgentConfig): readonly string[] {
  const modules = tools.external_tools.flatMap(({ tag }) => {
    const [, path] = /^@pkg\/(\.\.?\/.*)\.[^./]+$/.exec(tag) ?? [];
    return path === undefined ? [] : [path];
  });
  return [...Object.values(schemas), ...tools.tool_files, ...modules]
    .filter((file) => !/^[a-z]{2,}:/i.test(file)).map((file) => file.replaceAll("\\", "/"));
}
