/**
 * Forks: sessions that begin with the past of another one.
 *
 * @module
 */
import { checkLimits, type Limits } from "../cost/limits.ts";
import { ConfigError, quote } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import { Log } from "../history/log.ts";
import * as option from "../schema/option_shape.ts";
import { checkContext } from "../schema/session_values.ts";
import { LiveSession } from "../turn/live_session.ts";
import { checkOpenChildren, copyChildren, isWithinCommit } from "./fork_children.ts";
import { askAgain } from "./fork_requests.ts";
import { findStart } from "./read_state.ts";

/** Options of `session.fork()`. */
export interface ForkOptions {
  /** Number of events to keep, from the first. Default: all. */
  readonly at?: number;
  /** Id of the fork, different from the original's. Default: a new one. */
  readonly id?: string;
  /** Live objects of the fork, for tools and guards. Default: the original's context. */
  readonly context?: unknown;
  /** Limits of the fork, including the usage of its past. Default: the original's. */
  readonly limits?: Limits;
}

const shape: option.OptionShape<ForkOptions> = {
  at: option.anything,
  id: option.anything,
  context: option.anything,
  limits: option.anything,
};

/**
 * Creates a session with the same past: in memory, or in the store of the original.
 *
 * @throws {ConfigError} if an option is invalid.
 * @throws {StateError} if the past leads to a step that the graph lacks.
 * @throws {ConflictError} if there is a stored session of that id.
 */
export async function forkSession(
  original: LiveSession,
  options: ForkOptions,
): Promise<LiveSession> {
  const { agent, durability, restingStatus } = original;
  const { head } = original.log;
  const { at, id } = checkForkOptions(original, options);
  await durability?.load();
  const { events, position } = original.log;
  checkCut(original, at);
  const start = at === 0 ? agent.graph.start : findStart(events, position.step);
  const forked = new Log(start, events.slice(0, at), { now: agent.clock });
  requireStep(agent.graph, forked.position.step);
  checkOpenChildren(original, forked);
  const incarnation = agent.ids();
  const name = { id, incarnation };
  const added = forked.position.calls.length === 0
    ? undefined
    : await askAgain(original, at, { name, original: original.id });
  const context = "context" in options ? options.context : original.context;
  const live = {
    // The log does not show that a turn was interrupted before its first event.
    isInterrupted: at === head && restingStatus === "interrupted",
    initialData: original.initialData,
    limits: options.limits ?? original.limits,
    keepsChildren: original.keepsChildren,
  };
  if (durability !== undefined) {
    const fork = await durability.fork(name, at, added);
    return new LiveSession(agent, id, context, fork.log, {
      ...live,
      incarnation,
      durability: fork,
    });
  }
  const children = copyChildren(original, forked, name, added?.children);
  forked.appendCommitted(added?.events ?? []);
  return new LiveSession(agent, id, context, forked, { ...live, incarnation, children });
}

/**
 * Validates the place of a cut.
 *
 * @throws {ConfigError} with the nearest valid places, if it lies within a commit.
 */
function checkCut({ id, log: { events } }: LiveSession, at: number): void {
  if (!isWithinCommit(events, at)) return;
  let [before, after] = [at, at];
  while (isWithinCommit(events, before)) before--;
  while (isWithinCommit(events, after)) after++;
  throw new ConfigError(
    `Cannot fork session ${quote(id)} at ${at}: events ${before} to ${after - 1} were committed ` +
      `together: expected ${before} or ${after}`,
  );
}

function checkForkOptions(
  { agent, id: name, log: { head } }: LiveSession,
  options: ForkOptions,
): { readonly at: number; readonly id: string } {
  const what = `Cannot fork session ${quote(name)}`;
  option.checkOptions(shape, options, what);
  const { at = head, id = agent.ids(), limits } = options;
  if (!Number.isSafeInteger(at) || at < 0 || at > head) {
    throw new ConfigError(`${what}: at is ${quote(at)}: expected a whole number from 0 to ${head}`);
  }
  if (typeof id !== "string" || id === "" || id === name) {
    throw new ConfigError(
      `${what}: id is ${quote(id)}: expected text that is not empty and not the original's id`,
    );
  }
  if (limits !== undefined) checkLimits(limits, agent.cost, what);
  if ("context" in options) checkContext(agent.graph.contexts, options.context, what);
  return { at, id };
}
