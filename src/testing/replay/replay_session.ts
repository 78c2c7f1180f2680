/**
 * Replay of a recorded session with an agent that may have changed.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { applyChanges, EVENT_VERSION } from "../../history/migrations.ts";
import type { State } from "../../history/state.ts";
import { isPlainObject, type JsonObject } from "../../json/json.ts";
import { ANYTHING, checkOptions } from "../../llm/option_rules.ts";
import { readState } from "../../session/read_state.ts";
import { Session } from "../../session/session.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { requireCore } from "../play/played_core.ts";
import { type ReplayDifference, ReplayError } from "./replay_difference.ts";
import { Replayer, type ReplayOptions } from "./replayer.ts";

/**
 * Replays a recorded session with an agent that may have changed, and returns the
 * first difference. Inputs, decisions, tool results and approvals come from the
 * recording. Without options, no model, tool or guard runs.
 *
 * Compared are:
 * - each decision: it must be legal in the same step, with the same arguments
 * - its consequences: a move, an end, calls that start or need approval
 * - refused outputs, which must be refused again
 * - the limits `maxErrors`, `maxIterations` and the limit of loops
 *
 * Not compared are times, ids, usage, cost, reasoning and the wording of refusals.
 * Reached `limits`, steps in which guards left no legal action, failed models and
 * abandoned calls are taken from the recording, and so are refused outputs in
 * steps with guards that are not called. Examples selected by similarity are
 * omitted. An agent used as a tool does not run: replay its sessions, which are
 * the `children` of the state, separately.
 *
 * @param recorded The session, its state, or all its events.
 * @param agent The agent to check.
 * @returns The first difference; undefined if there is none.
 * @throws {ConfigError} if the agent, the recording or an option is invalid.
 * @throws {StateError} if the recording is malformed.
 * @throws {LLMError} if the model in `llm` fails.
 * @throws {GuardError} if a guard that is called fails.
 *
 * @example An agent that has changed
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { replaySession } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const build = (llm: MockLLM, routes: Record<string, string>) =>
 *   new Agent({
 *     name: "barista",
 *     llm,
 *     start: "greet",
 *     steps: {
 *       greet: { description: "Greet them", routes },
 *       order: { description: "Take the order" },
 *       menu: { description: "Show the menu" },
 *     },
 *   });
 * const llm = new MockLLM([decide.move("order"), decide.respond("What can I get you?")]);
 * const { state } = await build(llm, { order: "they order" }).createSession().next("A coffee!");
 *
 * const changed = build(new MockLLM(), { menu: "they want to see what there is" });
 * const difference = await replaySession(state, changed);
 * assertEquals([difference?.seq, difference?.path], [1, "decision.step"]);
 * ```
 */
export async function replaySession(
  recorded: Recording,
  agent: object,
  options: ReplayOptions = {},
): Promise<ReplayDifference | undefined> {
  for await (const difference of replayDifferences(recorded, agent, options)) return difference;
  return undefined;
}

/**
 * Replays a recorded session and yields all differences, at most one per recorded
 * event. After a difference the replay continues from the recording. It throws
 * the same errors as {@linkcode replaySession}.
 *
 * @example Compare the decisions of another model with the recorded ones
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { replayDifferences } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([decide.move("order"), decide.respond("What can I get you?")]),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order" },
 *   },
 * });
 * const session = agent.createSession();
 * await session.next("A coffee, please");
 *
 * const llm = new MockLLM([decide.respond("Hello!"), decide.respond("Which coffee?")]);
 * const found = await Array.fromAsync(replayDifferences(session, agent, { llm }));
 * assertEquals(found.map(({ seq, reason }) => [seq, reason]), [
 *   [1, "the model decides differently"],
 * ]);
 * ```
 */
export async function* replayDifferences(
  recorded: Recording,
  agent: object,
  options: ReplayOptions = {},
): AsyncGenerator<ReplayDifference, void, void> {
  yield* (await beginReplay(recorded, agent, options)).differences;
}

/**
 * Asserts that an agent replays a session without a difference, for regression
 * tests on the stored state of a successful session. It also throws the errors of
 * {@linkcode replaySession}.
 *
 * @throws {ReplayError} with the first difference, if there is one.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertReplays } from "@nomos/agent/testing";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const { state } = await agent.createSession().next("Hi");
 * const kept = JSON.stringify(state); // stored in a file beside the test
 * await assertReplays(JSON.parse(kept), agent);
 * ```
 */
export async function assertReplays(
  recorded: Recording,
  agent: object,
  options: ReplayOptions = {},
): Promise<void> {
  const { id, differences } = await beginReplay(recorded, agent, options);
  for await (const difference of differences) throw new ReplayError(id, difference);
}

/** Validates the arguments and prepares a replay. */
async function beginReplay(
  recorded: Recording,
  agent: object,
  options: ReplayOptions,
): Promise<{ readonly id: string; readonly differences: AsyncGenerator<ReplayDifference, void> }> {
  const core = requireCore(agent, "replay a session with");
  checkReplayOptions(options);
  const { id, events } = await readRecording(recorded, core);
  const asksGuards = Object.hasOwn(options, "context");
  const first = events.find((event) => event.type === "data_set");
  const initialData = first?.type === "data_set" ? first.data as JsonObject : undefined;
  const replay = { ...options, core, id, asksGuards, initialData };
  return { id, differences: new Replayer(replay).differences(events) };
}

function checkReplayOptions(options: ReplayOptions): void {
  checkOptions("replay a session", options, { llm: ANYTHING, isSame: ANYTHING, context: ANYTHING });
  const what = "Cannot replay a session";
  const { llm, isSame } = options;
  if (llm !== undefined && typeof llm?.decide !== "function") {
    throw new ConfigError(`${what}: llm is ${quote(llm)}: expected a model with decide()`);
  }
  if (isSame !== undefined && (typeof isSame !== "function" || llm === undefined)) {
    const expected = llm === undefined
      ? 'expected it only together with "llm"'
      : "expected a function";
    throw new ConfigError(`${what}: isSame is ${quote(isSame)}: ${expected}`);
  }
}

/** A session, its state (also of an earlier release), or all its events. */
export type Recording = Session | State | readonly SessionEvent[];

/**
 * Returns the id and the migrated events of a recording.
 *
 * @throws {ConfigError} if `recorded` is not a recording.
 * @throws {StateError} if it is malformed or was written by a newer release.
 */
async function readRecording(
  recorded: unknown,
  core: AgentCore,
): Promise<{ readonly id: string; readonly events: readonly SessionEvent[] }> {
  const change = (event: SessionEvent) => applyChanges(event, core);
  if (recorded instanceof Session) {
    // It may be a session of another agent.
    return { id: recorded.id, events: await Array.fromAsync(recorded.events(), change) };
  }
  const state = Array.isArray(recorded) ? wrapInState(recorded) : recorded;
  if (!isPlainObject(state)) {
    throw new ConfigError(
      `Cannot replay ${quote(recorded)}: expected a session, its state or its events`,
    );
  }
  const { sessionId: id, events } = readState(state);
  return { id, events: events.map(change) };
}

/** Wraps events in a state for `readState`, which does not check the step and the status. */
function wrapInState(events: readonly unknown[]): object {
  const sessionId = "replayed";
  return { version: EVENT_VERSION, sessionId, step: "", status: "interrupted", events };
}
