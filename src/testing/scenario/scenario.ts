/**
 * Scenarios: whole conversations as tests.
 *
 * @module
 */
import { playScenario, type ScenarioOptions } from "./play_scenario.ts";
import type { ScenarioResult } from "./scenario_result.ts";

/**
 * Plays a conversation, then runs the checks. The conversation ends when the user
 * is done, when `maxTurns` is reached, or when a turn leaves the session ended,
 * limited or interrupted. The result contains failed checks;
 * {@linkcode assertScenario} throws if there are any.
 *
 * Errors that a turn throws are passed on, without a result.
 *
 * @throws {ConfigError} if an option is unknown or invalid, if there is no input to play, if `step`
 *   or `past` has a step that the agent lacks, or if a call waits for approval and `approvals` is
 *   missing or returns no verdict.
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
  return await playScenario(options);
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
