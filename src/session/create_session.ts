/**
 * Sessions in memory, new or continued from a state.
 *
 * @module
 */
import { checkLimits } from "../cost/limits.ts";
import { ConfigError, quote } from "../errors.ts";
import * as option from "../schema/option_shape.ts";
import { checkContext } from "../schema/session_values.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import { readInitialData } from "../turn/session_data.ts";
import { createLiveSession, readState, warnOfOtherMaker } from "./read_state.ts";
import { type Session, sessionOf } from "./session.ts";
import type { SessionOptions } from "./session_options.ts";

const shape: option.OptionShape<SessionOptions> = {
  id: option.anything,
  state: option.anything,
  data: option.anything,
  context: option.anything,
  limits: option.anything,
  keepChildren: option.flag,
};

/**
 * Creates a session in memory.
 *
 * @throws {StateError} if the state is malformed, a newer release wrote it, it is in a step this
 *   graph lacks, or `migrateResult` fails.
 * @throws {ConfigError} if an option is invalid.
 */
export function createSession(core: AgentCore, options: SessionOptions = {}): Session {
  option.checkOptions(shape, options, "Cannot create a session");
  const { id, state, data, context, limits, keepChildren: keepsChildren } = options;
  checkContext(core.graph.contexts, context, "Cannot create a session");
  if (limits !== undefined) checkLimits(limits, core.cost, "Cannot create a session");
  const initialData = data === undefined
    ? undefined
    : readInitialData(core, data, "Cannot create a session");
  const live = { initialData, limits, keepsChildren };
  if (state === undefined) {
    const name = checkId(id === undefined ? core.ids() : id);
    return sessionOf(createLiveSession(core, name, context, undefined, live));
  }
  const known = readState(state);
  const name = id === undefined ? known.sessionId : checkId(id);
  warnOfOtherMaker(core, name, known.agent);
  return sessionOf(createLiveSession(core, name, context, known, live));
}

function checkId(id: unknown): string {
  if (typeof id === "string" && id !== "") return id;
  throw new ConfigError(
    `Cannot create a session: its id is ${quote(id)}: expected text that is not empty`,
  );
}
