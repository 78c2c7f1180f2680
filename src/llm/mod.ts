/**
 * Wrappers around models: retries, timeouts, queues, fallbacks and logs. Each takes an `LLM` and
 * returns one, so they compose.
 *
 * | wrapper | adds |
 * | --- | --- |
 * | {@linkcode retry} | retries of failures that may pass, with backoff, jitter and a retry budget |
 * | {@linkcode timeout} | a time limit for a call, and for each chunk of a stream |
 * | {@linkcode limitConcurrency} | a maximum number of concurrent calls; others queue |
 * | {@linkcode fallback} | another model if one fails |
 * | {@linkcode logged} | a log record for each call |
 *
 * Two models with timeouts and retries, the second as a fallback for the first:
 *
 * ```ts
 * import { Agent, decide, type LLM, LLMError, MockLLM } from "@nomos/agent";
 * import { fallback, limitConcurrency, retry, timeout } from "@nomos/agent/llm";
 * import { assertEquals } from "@std/assert";
 *
 * const robust = (llm: LLM) =>
 *   retry(limitConcurrency(timeout(llm, { call: 30_000, chunk: 10_000 }), 4), { firstDelay: 1 });
 *
 * // Scripted here; in your program, models of a provider.
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
 * ## Order
 *
 * From the model outwards:
 *
 * 1. `timeout`, so that it limits one attempt, without time in a queue;
 * 2. `limitConcurrency`, so that a call releases its slot while it waits for its next attempt;
 * 3. `retry`;
 * 4. `fallback`, so that the next model is called once all attempts have failed;
 * 5. a second `timeout`, if the whole must end in time.
 *
 * `logged` fits anywhere: inside `retry` it logs each attempt, outside it each call.
 *
 * A wrapper keeps the name and the schema profile of its model, and streams and embeds if its model
 * does. It passes requests and chunks on unchanged, and never reads ahead in a stream. If the signal
 * of a request aborts, the call rejects at once with the signal's reason, and no timer or listener
 * remains.
 *
 * ## Models of your own
 *
 * This entry point also has the profiles of the JSON Schema subsets that vendors accept
 * ({@linkcode openaiStrict}, {@linkcode anthropicStructured}, {@linkcode geminiStructured},
 * {@linkcode localGrammar}, {@linkcode plainJsonSchema}), and a class for each way in which a call
 * fails.
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
  localGrammar,
  plainJsonSchema,
} from "../schema/profiles/vendors.ts";
export type { CallAttempt, CallTiming } from "./call_timing.ts";
export type { LLMChunk, LLMResult, ValidationResult } from "./llm.ts";
export type { LLMErrorOptions } from "./llm_error.ts";
export {
  LLMConnectionError,
  LLMContentFilterError,
  LLMContextError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
  LLMTimeoutError,
} from "./llm_failures.ts";
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
