/**
 * The cost of model calls. {@linkcode genaiPrices} creates a function for the agent's option `cost`,
 * which prices the tokens of a call in US dollars. The prices of about forty vendors are part of the
 * package, so that neither a network nor a permission is needed.
 *
 * @example Cost of a turn, and a limit on it
 * ```ts
 * import { Agent, type LLM } from "@nomos/agent";
 * import { genaiPrices } from "@nomos/agent/prices";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const llm: LLM = {
 *   name: "house/model",
 *   decide: () => {
 *     const decision = { action: "RESPOND", response: "Hello" };
 *     const output = JSON.stringify({ reasoning: [], decision });
 *     return Promise.resolve({ output, usage: { input: 2_000, output: 100, cachedInput: 1_500 } });
 *   },
 * };
 * const agent = new Agent({
 *   name: "greeter",
 *   llm,
 *   // Models that the table has, such as openai/gpt-5-mini, need no `overrides`.
 *   cost: genaiPrices({
 *     overrides: { "house/model": { input: 1, output: 8, cachedInput: 0.1 } },
 *   }),
 *   limits: { turn: { cost: 0.05 } },
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const turn = await agent.createSession().next("Hi");
 * // 500 × $1, 1,500 × $0.10 and 100 × $8, per million
 * assertAlmostEquals(turn.cost!, 0.001_45);
 * ```
 *
 * @module
 */
export { genaiPrices } from "./genai_prices.ts";
export type { GenaiPricesOptions } from "./genai_prices.ts";
export type { TokenPrices } from "./token_prices.ts";
