/**
 * `nomos sessions`: lists, shows, forks, resumes and deletes stored sessions.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { oneOf, suggestNearest } from "../../schema/option_shape.ts";
import type { Store } from "../../store/store.ts";
import { CommandError, UsageError } from "../exit_code.ts";
import type { LauncherCall } from "../flags.ts";
import { findFolder } from "../project.ts";
import { deleteSessions } from "../sessions/delete_sessions.ts";
import { listSessions } from "../sessions/list_sessions.ts";
import { showSession } from "../sessions/show_session.ts";
import { findListed, isStateFile, openExistingStore } from "../sessions/stored.ts";
import { locateStore } from "../store_url.ts";
import { count } from "../terminal/format.ts";

/** Call of this command. */
type Call = LauncherCall<"sessions">;

/** Actions, with the least and the largest number of their sessions. */
const ACTIONS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  list: [0, 0],
  show: [1, 1],
  resume: [1, 1],
  fork: [1, 1],
  delete: [1, Infinity],
};

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const { options, output } = call;
  const [action = "list", ...ids] = call.positionals;
  checkAction(action, ids);
  const [id = ""] = ids;
  if (action === "show" && isStateFile(id)) return await showSession(undefined, id, call);
  const url = locateStore(options.store, findFolder(options.agent));
  const store = await openExistingStore(url);
  try {
    switch (action) {
      case "list":
        return await listSessions(store, call);
      case "show":
        return await showSession(store, id, call);
      case "delete":
        return await deleteSessions(store, ids, call);
    }
    await findListed(store, id);
    if (action === "fork") await checkFork(store, options);
  } finally {
    await store.close();
  }
  const agent = options.agent === undefined ? [] : [options.agent];
  const common = [
    `--store=${url}`,
    ...output.json ? ["--json"] : [],
    ...options.quiet ? ["--quiet"] : [],
    ...options.color ? [] : ["--no-color"],
    ...options["env-file"].map((file) => `--env-file=${file}`),
    ...listGrants(options),
  ];
  if (action === "resume") {
    return await call.runLine(["run", ...agent, `--session=${id}`, ...common]);
  }
  return await call.runLine([
    "fork",
    ...agent,
    `--session=${id}`,
    ...options.at === undefined ? [] : [`--at=${options.at}`],
    ...options.as === undefined ? [] : [`--as=${options.as}`],
    ...common,
  ]);
}

/**
 * Checks the action and the number of sessions.
 *
 * @throws {CommandError} if one is wrong.
 */
function checkAction(action: string, { length }: readonly string[]): void {
  const known = Object.keys(ACTIONS);
  if (!known.includes(action)) {
    throw new UsageError(
      `Cannot run sessions ${quote(action)}: expected ${oneOf(known)}` +
        suggestNearest(action, known),
    );
  }
  const [least, most] = ACTIONS[action]!;
  if (length >= least && length <= most) return;
  const expected = most === 0 ? "no id, and --prefix to choose" : most === 1 ? "one id" : "ids";
  throw new UsageError(`Cannot ${action} ${count(length, "session")}: expected ${expected}`);
}

/** Returns the permissions that the user granted, as flags. */
function listGrants(options: object): readonly string[] {
  return Object.entries(options).filter(([name]) => name.startsWith("allow-"))
    .flatMap(([name, value]) => {
      if (value === true) return [`--${name}`];
      return Array.isArray(value) ? value.map((text) => `--${name}=${text}`) : [];
    });
}

/**
 * Checks the place and the id of a fork.
 *
 * @throws {CommandError} if one cannot be used.
 */
async function checkFork(store: Store, { at, as }: Call["options"]): Promise<void> {
  if (at !== undefined && !/^\d+$/.test(at)) {
    const message = `Cannot use ${quote(at)} for --at: expected a number that ` +
      "nomos sessions show prints";
    throw new UsageError(message);
  }
  if (as === undefined || await store.read(as) === undefined) return;
  throw new CommandError(`Cannot make session ${quote(as)}: it exists: expected a new id`, {
    code: "SESSION_EXISTS",
  });
}
