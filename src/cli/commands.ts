/**
 * Commands of `nomos`.
 *
 * @module
 */
import { join, resolve } from "node:path";
import type { Permissions } from "../config/permissions.ts";
import type { CommandName, OptionsOf } from "./flags.ts";
import { FOLDER } from "./own_folder.ts";
import { unite } from "./permissions.ts";
import { needsOfProfile } from "./profile/needs.ts";
import type { Project } from "./project.ts";
import { locateStore, needsOfStore } from "./store_url.ts";
import { findTests } from "./test/find_tests.ts";
import { findMissing } from "./write_file.ts";

/** Description of a command. */
export interface Command<Name extends CommandName = CommandName> {
  /** Flags by letter. Default: those of every command. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Maximum number of arguments that are not flags. Default: 0. */
  readonly positionals?: number;
  /** True if it imports the code of the agent, so that the user may grant permissions. Default: false. */
  readonly loadsAgent?: boolean;
  /** True if it also runs that code, so that the user is asked for what is missing. Default: false. */
  readonly runsAgent?: boolean;
  /** True if only other commands run it. Default: false. */
  readonly isInternal?: boolean;
  /** Finds the agents of a call. Default: the one that its first argument names. */
  findProjects?(positionals: readonly string[]): readonly Project[];
  /** Returns the permissions that the command needs besides those of the agent. */
  needs?(options: OptionsOf<Name>, project: Project): Permissions;
}

/** Commands by name. */
export const COMMANDS: { readonly [Name in CommandName]: Command<Name> } = {
  init: { alias: { t: "template", y: "yes" }, positionals: 1 },
  run: {
    alias: { c: "config", m: "model", s: "session" },
    positionals: 1,
    loadsAgent: true,
    runsAgent: true,
    needs: ({ store }, project) => needsOfStore(locateStore(store, project)),
  },
  validate: { alias: { c: "config" }, positionals: 1, loadsAgent: true },
  graph: {
    loadsAgent: true,
    alias: { c: "config", f: "format", o: "output" },
    positionals: 1,
    needs: ({ output, session, store }, project) =>
      unite(
        session === undefined ? {} : needsOfStore(locateStore(store, project)),
        output === undefined ? {} : { write: [findMissing(resolve(output))] },
      ),
  },
  test: {
    alias: { m: "model" },
    positionals: Infinity,
    loadsAgent: true,
    runsAgent: true,
    findProjects: (files) => findTests(files).map(({ project }) => project),
    needs: ({ junit = "-", record }, { root }) => ({
      write: [
        join(root, FOLDER),
        ...record ? [root] : [],
        ...junit === "-" ? [] : [findMissing(resolve(junit))],
      ],
    }),
  },
  profile: {
    alias: { m: "model", n: "iterations", o: "output" },
    positionals: 3,
    loadsAgent: true,
    runsAgent: true,
    needs: needsOfProfile,
  },
  schema: { alias: { o: "output" } },
  sessions: { alias: { y: "yes" }, positionals: Infinity, loadsAgent: true },
  fork: {
    loadsAgent: true,
    positionals: 1,
    isInternal: true,
    needs: ({ store }, project) => needsOfStore(locateStore(store, project)),
  },
};

/** Code of a command. */
interface CommandCode<Call> {
  /** Runs the command. Returns its exit code. */
  run(call: Call): Promise<number>;
}

/**
 * Loads the code of a command. If Deno found the name of the module in an import, it would read the
 * code of all commands at each start, also for `--help`.
 */
export async function loadCommand<Call>(
  name: CommandName | "profile_diff",
): Promise<CommandCode<Call>> {
  const module = `./commands/${name}${/\.[jt]s$/.exec(import.meta.url)}`;
  return await import(new URL(module, import.meta.url).href);
}
