/**
 * Making a session of an agent, new or continued from a state.
 *
 * @module
 */
import type { AgentCore } from "./agent_core.ts";
import type { SessionOptions } from "./agent_options.ts";
import { checkLimits } from "./check_limits.ts";
import { ConfigError, quote } from "./errors.ts";
import { Log } from "./history/log.ts";
import { migrateResultOf } from "./history/result_migration.ts";
import { logOf, readState } from "./history/state.ts";
import { LiveSession } from "./live_session.ts";
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
    const log = new Log(core.graph.start);
    return new Session(new LiveSession(core, name, context, log, false, limits));
  }
  const known = readState(state);
  const name = id === undefined ? known.sessionId : checkId(id);
  const { migrateResult } = core;
  const events = migrateResult === undefined
    ? known.events
    : known.events.map((event) => migrateResultOf(event, migrateResult));
  const log = logOf({ ...known, events }, core.graph.steps);
  const isInterrupted = known.status === "interrupted";
  return new Session(new LiveSession(core, name, context, log, isInterrupted, limits));
}

function checkId(id: unknown): string {
  if (typeof id === "string" && id !== "") return id;
  throw new ConfigError(`Cannot create a session with the id ${quote(id)}: expected text`);
}
