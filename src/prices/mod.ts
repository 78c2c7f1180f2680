/**
 * Money: what the calls of a session cost.
 *
 * {@linkcode genaiPrices} gives what the agent's option `cost` takes: US dollars
 * for the tokens of a call, out of a table of the prices of some forty vendors
 * that comes with the package. It needs no network and no permission.
 *
 * @example What a turn cost, and a limit on it
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
 *   llm, // for openai/gpt-5-mini and many others, genaiPrices() needs no more
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
