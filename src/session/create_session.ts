/**
 * Making a session of an agent, new or continued from a state.
 *
 * @module
 */
import type { AgentCore } from "../turn/agent_core.ts";
import type { SessionOptions } from "../agent/agent_options.ts";
import { checkLimits } from "../cost/check_limits.ts";
import { ConfigError, quote } from "../errors.ts";
import { Log } from "../history/log.ts";
import { migrateResultOf } from "../history/result_migration.ts";
import { logOf, readState, type State } from "./state.ts";
import { type LiveOptions, LiveSession } from "../turn/live_session.ts";
import { Session } from "./session.ts";

/**
 * A session in memory.
 *
 * @throws {StateError} if the state is malformed, of another version, in a step this graph lacks,
 *   or `migrateResult` fails.
 * @throws {ConfigError} if an option is not usable.
 */
export function createSession(core: AgentCore, options: SessionOptions = {}): Session {
  if (typeof options !== "object" || options === null) {
    throw new ConfigError(`Cannot create a session with ${quote(options)}: expected options`);
  }
  const { id, state, context, limits } = options;
  if (limits !== undefined) checkLimits(limits, core.cost, "Cannot create a session");
  if (state === undefined) {
    const name = checkId(id === undefined ? core.ids() : id);
    return new Session(liveSession(core, name, context, undefined, { limits }));
  }
  const known = readState(state);
  const name = id === undefined ? known.sessionId : checkId(id);
  return new Session(liveSession(core, name, context, known, { limits }));
}

/**
 * The inside of a session in memory, of a state that was read or a new one.
 *
 * @throws {StateError} if the state is in a step this graph lacks, or at odds with itself, or
 *   `migrateResult` fails.
 */
export function liveSession(
  core: AgentCore,
  id: string,
  context: unknown,
  state: State | undefined,
  options: LiveOptions,
): LiveSession {
  if (state === undefined) {
    return new LiveSession(core, id, context, new Log(core.graph.start), options);
  }
  const { status, children } = state;
  const { migrateResult } = core;
  const events = migrateResult === undefined
    ? state.events
    : state.events.map((event) => migrateResultOf(event, migrateResult));
  const log = logOf({ ...state, events }, core.graph.steps);
  return new LiveSession(core, id, context, log, {
    ...options,
    isInterrupted: status === "interrupted",
    children: children && new Map(Object.entries(children)),
  });
}

function checkId(id: unknown): string {
  if (typeof id === "string" && id !== "") return id;
  throw new ConfigError(`Cannot create a session with the id ${quote(id)}: expected text`);
}
