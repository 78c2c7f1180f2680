/**
 * Scenarios: whole conversations as tests.
 *
 * @module
 */
import type { Agent } from "../../agent/agent.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { Session } from "../../session/session.ts";
import type { SessionArguments } from "../../session/session_options.ts";
import type { DataPatch } from "../../tool/tool_context.ts";
import type { Turn, TurnOf } from "../../turn/turn.ts";
import { type Check, type CheckOutcome, runCheck } from "./check.ts";
import { messagesOf, type ScenarioEnding } from "./conversation.ts";
import { ScenarioResult } from "./scenario_result.ts";
import {
  decideNext,
  nextInput,
  type ScenarioApprovals,
  type ScenarioUser,
} from "./scenario_people.ts";
import { requireCore } from "../play/played_core.ts";
import { transcriptText } from "../trajectory/transcript_text.ts";
import { buildStart, type ScenarioStart } from "./scenario_start.ts";

/** Options of a scenario, except the context. */
export interface ScenarioParts<
  Answers extends object = Record<string, unknown>,
  Data = unknown,
  Context = unknown,
> extends ScenarioStart<keyof Answers & string> {
  /** Agent to test, in a session of its own. */
  readonly agent: Agent<Answers, Data, Context>;
  /** Data with which the session begins, completed by defaults. Default: the defaults alone. */
  readonly data?: DataPatch<Data>;
  /** Goal of the user. It names the scenario, and is shown to simulated users and judges. */
  readonly goal: string;
  /** User: a list of inputs, or a function such as `simulatedUser()` returns. */
  readonly user: ScenarioUser;
  /**
   * Maximum number of inputs. Turns that continue after a verdict do not count.
   * Default: the number of listed inputs, or 10 for a function.
   */
  readonly maxTurns?: number;
  /**
   * Decides about each call that waits for approval. Default: a waiting call makes
   * the scenario throw.
   */
  readonly approvals?: ScenarioApprovals;
  /** Checks by name. They run in order, after the conversation. */
  readonly checks: Readonly<Record<string, Check<keyof Answers & string>>>;
}

/** Options of a scenario. The context is required only if the agent requires one. */
export type ScenarioOptions<
  Answers extends object = Record<string, unknown>,
  Data = unknown,
  Context = unknown,
> =
  & ScenarioParts<Answers, Data, Context>
  & (unknown extends Context ? { readonly context?: Context } : { readonly context: Context });

/**
 * Plays a conversation, then runs the checks. The conversation ends when the user
 * is done, when `maxTurns` is reached, or when a turn leaves the session ended,
 * limited or interrupted. The result contains failed checks;
 * {@linkcode assertScenario} throws if there are any.
 *
 * Errors that a turn throws are passed on, without a result.
 *
 * @throws {ConfigError} if there is no input to play, if `step` or `past` has a step that the
 *   agent lacks, or if a call waits for approval and `approvals` is missing or returns no verdict.
 * @throws {LLMError} if a model fails.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { scenario } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const llm = new MockLLM([decide.respond("Small or large?"), decide.end("One large coffee")]);
 * const steps = { counter: { description: "Serve them" } };
 * const result = await scenario({
 *   agent: new Agent({ name: "barista", llm, start: "counter", steps }),
 *   goal: "Get a large coffee",
 *   user: ({ messages }) => messages.at(-1)?.text.includes("large") ? "Large" : "A coffee",
 *   checks: { "asked no more than once": ({ turns }) => turns.length <= 2 },
 * });
 * assertEquals([result.ending, result.passed], ["ended", true]);
 * ```
 *
 * @example A conversation that begins in the middle
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertScenario } from "@nomos/agent/testing";
 * import * as v from "valibot";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([decide.end("One large latte, coming up")]),
 *   data: v.object({ drinks: v.optional(v.array(v.string()), []) }),
 *   start: "order",
 *   steps: {
 *     order: { description: "Take the order", routes: { pay: "they are done" } },
 *     pay: { description: ({ data }) => `Take the money for ${data.drinks.join(", ")}` },
 *   },
 * });
 * await assertScenario({
 *   agent,
 *   step: "pay",
 *   data: { drinks: ["latte"] },
 *   past: [{ by: "user", text: "A latte" }, { by: "agent", text: "Small or large?" }],
 *   goal: "Get a large latte",
 *   user: ["Large"],
 *   checks: { "serves it": ({ turns }) => turns[0]?.step === "pay" },
 * });
 * ```
 *
 * @example A tool that needs approval
 * ```ts
 * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
 * import { scenario, trajectoryOf } from "@nomos/agent/testing";
 * import * as v from "valibot";
 *
 * const refund = new Tool({
 *   name: "refund",
 *   description: "Give the money back",
 *   args: v.object({ cents: v.number() }),
 *   needsApproval: true,
 *   run: () => "refunded",
 * });
 * const llm = new MockLLM([decide.call("refund", { cents: 9000 }), decide.respond("I may not")]);
 * const steps = { desk: { description: "Help them", tools: [refund] } };
 * const result = await scenario({
 *   agent: new Agent({ name: "desk", llm, start: "desk", steps }),
 *   goal: "Get a refund",
 *   user: ["I want my money back"],
 *   approvals: ({ args }) => Number(args.cents) <= 5000 || "More than 50 is for the manager",
 *   checks: { "was told no": (played) => trajectoryOf(played).denied("refund").answered(/not/) },
 * });
 * result.assert();
 * ```
 */
export async function scenario<Answers extends object, Data, Context>(
  options: ScenarioOptions<Answers, Data, Context>,
): Promise<ScenarioResult<keyof Answers & string>> {
  const { agent, goal, user, checks, data, context } = options;
  const isList = typeof user !== "function";
  const { maxTurns = isList ? user.length : 10 } = options;
  if (!Number.isSafeInteger(maxTurns) || maxTurns < 1) {
    const problem = isList && options.maxTurns === undefined
      ? "an empty list of inputs: expected at least one"
      : `maxTurns ${quote(maxTurns)}: expected a whole number of at least 1`;
    throw new ConfigError(`Cannot play scenario ${quote(goal)} with ${problem}`);
  }
  const core = requireCore(agent, "play");
  const state = buildStart(core, options, `Cannot play scenario ${quote(goal)}`);
  const given = [{ state, data, context }] as unknown as SessionArguments<Data, Context>;
  const session = agent.createSession(...given);
  const turns: TurnOf<Answers, Data>[] = [];
  const ending = await converse(session, options, maxTurns, turns);
  const { events } = session.state;
  const transcript = transcriptText({ events });
  const played = { goal, turns, events, messages: messagesOf(events), transcript, ending };
  const outcomes: CheckOutcome[] = [];
  for (const [name, check] of Object.entries(checks)) {
    outcomes.push(await runCheck(name, check, played));
  }
  return new ScenarioResult(played, outcomes);
}

/**
 * Plays a {@linkcode scenario} and asserts that all checks passed.
 *
 * @throws {ScenarioError} with the failed checks and the transcript.
 * @throws {LLMError} if a model fails.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertScenario, trajectoryOf } from "@nomos/agent/testing";
 *
 * const llm = new MockLLM([decide.move("order"), decide.respond("Small or large?"), decide.end()]);
 * await assertScenario({
 *   agent: new Agent({
 *     name: "barista",
 *     llm,
 *     start: "greet",
 *     steps: {
 *       greet: { description: "Greet them", routes: { order: "they want to order" } },
 *       order: { description: "Take the order" },
 *     },
 *   }),
 *   goal: "Order a large coffee",
 *   user: ["A coffee, please", "Large"],
 *   checks: {
 *     "takes the order": (played) => trajectoryOf(played).moved("greet", "order").ended(),
 *     "asks for the size": ({ messages }) => messages.some(({ text }) => /large/.test(text)),
 *   },
 * });
 * ```
 */
export async function assertScenario<Answers extends object, Data, Context>(
  options: ScenarioOptions<Answers, Data, Context>,
): Promise<ScenarioResult<keyof Answers & string>> {
  return (await scenario(options)).assert();
}

/** Plays the conversation, appends to `turns`, and returns the reason why it ended. */
async function converse<Result extends Turn>(
  session: Session<Result>,
  { goal, user, approvals }: Pick<ScenarioParts, "goal" | "user" | "approvals">,
  maxTurns: number,
  turns: Result[],
): Promise<ScenarioEnding> {
  for (let inputs = 0; inputs < maxTurns; inputs++) {
    const messages = messagesOf(session.state.events);
    const input = await nextInput(user, inputs, { goal, messages });
    if (input === undefined) return "user";
    let turn = await session.next(input.message);
    for (;;) {
      turns.push(turn);
      if (turn.status !== "needs_approval") break;
      turn = await decideNext(session, goal, approvals);
    }
    if (turn.status !== "waiting") return turn.status;
    if (input.isDone) return "user";
  }
  return "maxTurns";
}
