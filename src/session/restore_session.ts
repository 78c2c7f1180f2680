/**
 * Creating live sessions in memory, new or from a state.
 *
 * @module
 */
import { quote, StateError } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import { Log } from "../history/log.ts";
import { applyChanges, findFirstStep, renameStep } from "../history/migrations.ts";
import type { State } from "../history/state.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import { type LiveOptions, LiveSession } from "../turn/live_session.ts";

/**
 * Creates the live session of a validated state, or of a new session.
 *
 * @throws {StateError} if the state is in a step this graph lacks, contradicts its events, or
 *   `migrateResult` fails.
 */
export function createLiveSession(
  core: AgentCore,
  id: string,
  context: unknown,
  state: State | undefined,
  options: LiveOptions,
): LiveSession {
  if (state === undefined) {
    return new LiveSession(
      core,
      id,
      context,
      new Log(core.graph.start, [], { now: core.clock }),
      options.parent === undefined ? { ...options, incarnation: core.ids() } : options,
    );
  }
  const { status, children, incarnation } = state;
  const log = buildLog(core, state);
  return new LiveSession(core, id, context, log, {
    ...options,
    incarnation,
    isInterrupted: status === "interrupted",
    children: children && new Map(Object.entries(children)),
  });
}

/**
 * Warns if an agent of another name made a session. It may have been renamed, or the session may
 * be opened by mistake.
 *
 * @param maker Name of the agent that made the session; undefined if an older release made it.
 */
export function warnOfOtherMaker(
  { name, warn }: AgentCore,
  id: string,
  maker: string | undefined,
): void {
  if (maker === undefined || maker === name) return;
  warn(
    "maker",
    `Session ${quote(id)} was made by agent ${quote(maker)}: expected ${quote(name)}, unless ` +
      "the agent was renamed",
  );
}

/**
 * Builds the log of a state, with the changes of the agent applied.
 *
 * @throws {StateError} if its events do not lead to its step and status.
 */
function buildLog(core: AgentCore, state: State): Log {
  const { graph, clock: now, renamedSteps } = core;
  const events = state.events.map((event) => applyChanges(event, core));
  const recorded = renameStep(state.step, renamedSteps);
  const first = findFirstStep(core, state.step, events.length);
  const expected = events.some((event) => "step" in event) ? recorded : first;
  requireStep(graph, expected);
  const log = new Log(first, events, { now });
  const { step, status } = log.position;
  if (step !== expected) {
    throw new StateError(
      "step",
      `it is ${quote(expected)}: expected ${quote(step)}, to which its events lead`,
    );
  }
  // The log does not show a turn without input that failed before its first event.
  const isFreshlyInterrupted = state.status === "interrupted" && status !== "ended";
  if (status !== state.status && !isFreshlyInterrupted) {
    throw new StateError(
      "status",
      `it is "${state.status}": expected "${status}", to which its events lead`,
    );
  }
  return log;
}
