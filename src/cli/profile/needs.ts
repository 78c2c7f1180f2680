/**
 * Permissions of `nomos profile`.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import type { Permissions } from "../../config/permissions.ts";
import type { OptionsOf } from "../flags.ts";
import { unite } from "../permissions.ts";
import type { Project } from "../project.ts";
import { locateStore, needsOfStore } from "../store_url.ts";
import { findMissing } from "../write_file.ts";

/** Name of the script beside an agent. */
const SCRIPT = "conversation.yaml";

/** Endings of the files that `--output` writes. */
export const ENDINGS = {
  picture: ".svg",
  speedscope: ".speedscope.json",
  functions: ".cpuprofile",
} as const;

/** Returns the path of the script beside an agent. */
export function locateScript({ path }: Project): string {
  return join(dirname(path), SCRIPT);
}

/** Returns the permissions that the command needs besides those of the agent. */
export function needsOfProfile(options: OptionsOf<"profile">, project: Project): Permissions {
  const { script, against, save, output, session, store, functions } = options;
  const own: Permissions = {
    read: [
      script ?? locateScript(project),
      ...[against, save].filter((path) => path !== undefined),
    ],
    write: [
      ...save === undefined ? [] : [save],
      ...output === undefined ? [] : Object.values(ENDINGS).map((ending) => output + ending),
    ].map((path) => findMissing(resolve(path))),
    ...functions && { sys: true },
  };
  return session === undefined ? own : unite(own, needsOfStore(locateStore(store, project)));
}
