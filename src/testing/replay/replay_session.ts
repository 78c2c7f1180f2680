/**
 * Playing a recorded session again with an agent that may have changed.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { coreToPlay } from "../play/played_core.ts";
import { type ReplayDifference, ReplayError } from "./replay_difference.ts";
import { Replayer, type ReplayOptions } from "./replayer.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { SessionEvent } from "../../history/event.ts";
import { migrateResultOf } from "../../history/migrations.ts";
import { EVENT_VERSION } from "../../history/migrations.ts";
import { isPlainObject } from "../../json/json.ts";
import { readState } from "../../session/read_state.ts";
import { Session } from "../../session/session.ts";
import type { State } from "../../turn/state.ts";

/**
 * Plays a recorded session again with an agent, which may have changed since:
 * inputs, decisions, results and approvals are those of the recording. No model,
 * no tool and no guard of the author runs, and nothing waits.
 *
 * What the agent gives by itself is compared: whether each decision is still
 * legal, in its step, with its arguments; what follows from it, a move, an end,
 * calls that begin or need approval; outputs that are refused; and the limits
 * `maxErrors`, `maxIterations` and of loops. Not compared are times, ids, usage,
 * cost, reasoning and the wording of refusals. Budgets of `limits`, guards that
 * left nothing legal, models that failed and calls that were given up are taken
 * as they were. Of a step with guards that are not asked, refused outputs are too.
 * Examples that are chosen by likeness are not shown. An agent that is a tool does
 * not run: its sessions, among the `children` of a state, are replayed by themselves.
 *
 * @param recorded The session, its state, or all its events.
 * @param agent The agent.
 * @returns The first difference; undefined if there is none.
 * @throws {ConfigError} if it is no agent or no recording, or an option is not usable.
 * @throws {StateError} if the recording is malformed.
 * @throws {LLMError} if the model in `llm` fails.
 * @throws {GuardError} if a guard fails that is asked.
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
 * All differences of a replay, as they are found, one for each place of the log
 * at most: after each the session goes on as it was recorded. It throws what
 * {@linkcode replaySession} throws.
 *
 * @example How often another model decides as the recorded one did
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
 *   [1, "the model decides otherwise"],
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
 * Makes sure that an agent replays a session as it was recorded: for a test that
 * keeps the state of a session that went well.
 *
 * @throws {ReplayError} that shows the first difference, and what {@linkcode replaySession} throws.
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
 * const kept = JSON.stringify(state); // in a file beside the test
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

/** A replay that has not compared anything yet. */
async function beginReplay(
  recorded: Recording,
  agent: object,
  options: ReplayOptions,
): Promise<{ readonly id: string; readonly differences: AsyncGenerator<ReplayDifference, void> }> {
  const core = coreToPlay(agent, "replay a session with");
  checkOptions(options);
  const { id, events } = await readRecording(recorded, core);
  const asksGuards = Object.hasOwn(options, "context");
  return {
    id,
    differences: new Replayer({ ...options, core, id, asksGuards }).differences(events),
  };
}

function checkOptions(options: ReplayOptions): void {
  const what = "Cannot replay a session";
  if (typeof options !== "object" || options === null) {
    throw new ConfigError(`${what} with ${quote(options)}: expected options`);
  }
  const { llm, isSame } = options;
  if (llm !== undefined && typeof llm?.decide !== "function") {
    throw new ConfigError(`${what}: llm is ${quote(llm)}: expected a model`);
  }
  if (isSame !== undefined && (typeof isSame !== "function" || llm === undefined)) {
    const expected = llm === undefined ? 'expected it only with "llm"' : "expected a function";
    throw new ConfigError(`${what}: isSame is ${quote(isSame)}: ${expected}`);
  }
}

/** A session, its state, also one of an earlier release, or all of its events. */
export type Recording = Session | State | readonly SessionEvent[];

/**
 * Reads a recording as the agent would.
 *
 * @throws {ConfigError} if it is none.
 * @throws {StateError} if it is malformed, or of a newer release.
 */
async function readRecording(
  recorded: unknown,
  { migrateResult }: AgentCore,
): Promise<{ readonly id: string; readonly events: readonly SessionEvent[] }> {
  if (recorded instanceof Session) {
    return { id: recorded.id, events: await Array.fromAsync(recorded.events()) };
  }
  const state = Array.isArray(recorded) ? stateAround(recorded) : recorded;
  if (!isPlainObject(state)) {
    throw new ConfigError(
      `Cannot replay ${quote(recorded)}: expected a session, its state or its events`,
    );
  }
  const { sessionId: id, events } = readState(state);
  return { id, events: events.map((event) => migrateResultOf(event, migrateResult)) };
}

/** A state with these events, for what reads states; where they lead is not asked. */
function stateAround(events: readonly unknown[]): object {
  const sessionId = "replayed";
  return { version: EVENT_VERSION, sessionId, step: "", status: "interrupted", events };
}
