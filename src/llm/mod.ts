/**
 * What stands between an agent and a model: wrappers, each of which takes an
 * `LLM` and gives one.
 *
 * | wrapper | what it adds |
 * | --- | --- |
 * | {@linkcode retry} | asks again after a failure that may pass, with backoff, jitter and a budget |
 * | {@linkcode timeout} | gives up a call, or a stream that stalls |
 * | {@linkcode limitConcurrency} | only so many calls at once; the others queue |
 * | {@linkcode fallback} | another model where one failed |
 * | {@linkcode logged} | one record for each call |
 *
 * A wrapper has the name and the schema profile of its model, and streams and embeds
 * if its model does. It passes requests and chunks on as they are and reads no stream
 * ahead. When the signal of a request aborts it settles at once, with the signal's
 * reason, whatever the model does; it leaves neither a timer nor a listener behind.
 *
 * Beside them stand the profiles of the JSON Schema that vendors take
 * ({@linkcode openaiStrict}, {@linkcode anthropicStructured},
 * {@linkcode geminiStructured}, {@linkcode plainJsonSchema}), and the errors that
 * tell the ways apart in which a call fails.
 *
 * ## Order
 *
 * The outer one sees what the inner one does. From the model outwards:
 *
 * 1. `timeout`, so that its time is the model's alone, and one attempt's;
 * 2. `limitConcurrency`, so that a call that waits for its next attempt holds no place;
 * 3. `retry`;
 * 4. `fallback`, so that the next model is asked when the attempts are used up;
 * 5. once more `timeout`, where somebody waits who should not wait for all of that.
 *
 * `logged` goes anywhere: within `retry` it writes a record for each attempt, around
 * it one for each call.
 *
 * @example
 * ```ts
 * import { Agent, decide, type LLM, LLMError, MockLLM } from "@nomos/agent";
 * import { fallback, limitConcurrency, retry, timeout } from "@nomos/agent/llm";
 * import { assertEquals } from "@std/assert";
 *
 * const robust = (llm: LLM) =>
 *   retry(limitConcurrency(timeout(llm, { call: 30_000, chunk: 10_000 }), 4), { firstDelay: 1 });
 *
 * // Models of a provider, in your program.
 * const busy = new LLMError("Too many requests", { isRetryable: true });
 * const best = new MockLLM([busy, busy, busy], { name: "best" });
 * const spare = new MockLLM([busy, decide.respond("Hello")], { name: "spare" });
 *
 * const agent = new Agent({
 *   name: "steadfast",
 *   llm: fallback([robust(best), robust(spare)]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * assertEquals((await agent.createSession().next("Hi")).response, "Hello");
 * assertEquals([best.requests.length, spare.requests.length], [3, 2]);
 * ```
 *
 * @module
 */
export { systemClock } from "../clock.ts";
export type { Clock } from "../clock.ts";
export type { SchemaProfile } from "../schema/schema_profile.ts";
export { openaiStrict } from "../schema/profiles/openai_strict.ts";
export {
  anthropicStructured,
  geminiStructured,
  plainJsonSchema,
} from "../schema/profiles/vendors.ts";
export type { LLMChunk, LLMResult, ValidationResult } from "./llm.ts";
export type { LLMErrorOptions } from "./llm_error.ts";
export {
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
  LLMTimeoutError,
} from "./llm_errors.ts";
export { AllModelsFailedError, fallback } from "./wrappers/fallback.ts";
export type { FallbackOptions, ModelFailure } from "./wrappers/fallback.ts";
export { limitConcurrency, LLMBusyError } from "./wrappers/limit_concurrency.ts";
export type { LimitConcurrencyOptions } from "./wrappers/limit_concurrency.ts";
export { logged } from "./wrappers/logged.ts";
export type { LLMCallContent, LLMCallRecord, LoggedOptions } from "./wrappers/logged.ts";
export { retry } from "./wrappers/retry.ts";
export type { Retry, RetryOptions } from "./wrappers/retry.ts";
export { timeout } from "./wrappers/timeout.ts";
export type { TimeoutOptions } from "./wrappers/timeout.ts";
export { assertRealModelsAllowed, RealModelError } from "./real_model.ts";
