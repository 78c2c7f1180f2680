/**
 * Profiles of stored sessions, from their logs alone.
 *
 * @module
 */
import type { CostOf } from "../cost/call_usage.ts";
import type { SessionEvent } from "../history/event.ts";
import { checkOptions, FUNCTION, TEXT } from "../llm/option_rules.ts";
import type { AgentProfile } from "./agent_profile.ts";
import { LogMeter } from "./attribute/log_meter.ts";
import { ProfileBuilder } from "./attribute/profile_builder.ts";
import { readTurns } from "./record/log_turns.ts";
import { isModelEvent, isSummaryCall } from "./record/turn_record.ts";

/** Options of {@linkcode profileLog}. */
export interface ProfileLogOptions {
  /** Name of the agent. Default: none. */
  readonly agent?: string;
  /** Id of the session. Default: none. */
  readonly sessionId?: string;
  /** Returns the price of a model call, for calls without one. Default: their price is not known. */
  readonly cost?: CostOf;
}

const NO_BOUNDS =
  "when turns were called and when they returned: they last from their first event to their last";
const NO_TIMES =
  "the first tokens of models, and the time of guards, of the store, of the reader of a stream and " +
  "of the framework, which is in that of the models: the agent's option timings tells models apart";
const NO_PROMPTS =
  "the schemas, the standing texts, the step messages and the notices of requests: all tokens that " +
  "are not of the history are theirs, and characters of prompts are counted without them";
const NO_TEXTS =
  "the standing texts, the step messages and the notices of requests, whose tokens are one part";

/** Lists what a log does not contain; less if the agent's option `timings` was true. */
function listUnknown(events: readonly SessionEvent[]): readonly string[] {
  // A limit that cuts an answer off has no times.
  const calls = events.filter(isModelEvent).filter(({ type }) => type !== "limit");
  const isTimed = calls.length > 0 && calls.every(({ timing }) => timing !== undefined);
  const requests = calls.filter((call) => !isSummaryCall(call));
  const isMeasured = requests.length > 0 && requests.every(({ prompt }) => prompt !== undefined);
  return [NO_BOUNDS, ...(isTimed ? [] : [NO_TIMES]), isMeasured ? NO_TEXTS : NO_PROMPTS];
}

/**
 * Profiles a stored session from its log: the times, the usage and the texts of its events.
 * `unknown` lists what a log does not contain.
 *
 * @throws {ConfigError} if an option is invalid.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { formatProfile, profileLog } from "@nomos/agent/profile";
 * import { memoryStore } from "@nomos/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const session = await agent.openSession("ann", { store: memoryStore() });
 * await session.next("Hi");
 *
 * const profile = profileLog(await Array.fromAsync(session.events()), { agent: agent.name });
 * assertEquals([profile.source, profile.figures.model_calls], ["log", 1]);
 * console.log(formatProfile(profile));
 * ```
 */
export function profileLog(
  events: readonly SessionEvent[],
  options: ProfileLogOptions = {},
): AgentProfile {
  checkOptions("profile a log", options, { agent: TEXT, sessionId: TEXT, cost: FUNCTION });
  const { agent = "", sessionId = "", cost } = options;
  const builder = new ProfileBuilder({ cost, createMeter: () => new LogMeter() });
  for (const record of readTurns(events, agent, sessionId)) builder.add(record);
  return builder.build({ agent, source: "log", unknown: listUnknown(events) });
}
