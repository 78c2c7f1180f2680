/**
 * Money: what the calls of a session cost.
 *
 * {@linkcode genaiPrices} gives a function from the tokens of a call and the name
 * of its model to US dollars, out of a table of the prices of about forty
 * vendors that comes with the package. It needs no network and no permission.
 *
 * @example What a turn cost
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
 * const steps = { greet: { description: "Greet the user" } };
 * const agent = new Agent({ name: "greeter", llm, start: "greet", steps });
 * const turn = await agent.createSession().next("Hi");
 *
 * const priceOf = genaiPrices({
 *   overrides: { "house/model": { input: 1, output: 8, cachedInput: 0.1 } },
 * });
 * // 500 × $1, 1,500 × $0.10 and 100 × $8, per million
 * assertAlmostEquals(priceOf(turn.usage, llm.name)!, 0.001_45);
 * ```
 *
 * @module
 */
export { genaiPrices } from "./genai_prices.ts";
export type { GenaiPricesOptions, PriceOf } from "./genai_prices.ts";
export type { TokenPrices } from "./own_prices.ts";
