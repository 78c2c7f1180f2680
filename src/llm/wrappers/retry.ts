/**
 * Retries with exponential backoff, jitter and a retry budget.
 *
 * @module
 */
import { type Clock, systemClock, wait } from "../../clock.ts";
import { quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { LLMLengthError } from "../llm_failures.ts";
import {
  ANYTHING,
  checkOptions,
  COUNT,
  DELAY,
  FACTOR,
  FUNCTION,
  wholeFrom,
} from "../option_rules.ts";
import { type Attempts, runAttempts } from "./attempts.ts";
import { type Call, notify, wrapModel } from "./call.ts";

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** Maximum number of attempts, including the first; a whole number from 1. `@default {3}` */
  readonly attempts?: number;
  /** Maximum delay before the second attempt, in milliseconds, from 0. `@default {500}` */
  readonly firstDelay?: number;
  /** Factor by which the maximum delay grows with each attempt, from 1. `@default {2}` */
  readonly factor?: number;
  /**
   * Maximum delay between attempts, in milliseconds. If the vendor asks for a longer delay,
   * the call fails instead. `@default {30_000}`
   */
  readonly maxDelay?: number;
  /**
   * Retry budget shared by all calls of this model: the number of retries that may be running
   * or have failed. If it is used up, calls fail without a retry. A retry that succeeds is
   * refunded; a call that succeeds at the first attempt refunds a tenth. The budget
   * prevents a retry storm while a model is down. `Infinity` disables it. `@default {100}`
   */
  readonly budget?: number;
  /**
   * Returns true if a call that failed with this error may be retried. Not called for aborts
   * and for a {@linkcode MisuseError}, which are never retried. Default: true for an
   * {@linkcode LLMError} with `isRetryable`.
   */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Called before the delay of each retry. Errors that it throws are ignored. Default: none. */
  readonly onRetry?: (retry: Retry) => void;
  /** Random numbers for the jitter, at least 0 and less than 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Clock used for delays and times. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

/** A scheduled retry. */
export interface Retry {
  /** Number of the failed attempt, from 1. */
  readonly attempt: number;
  /** Delay before the next attempt, in milliseconds. */
  readonly delay: number;
  /** Error of the failed attempt. */
  readonly error: unknown;
}

/**
 * Retries calls of a model that fail with a retryable error.
 *
 * The delay before attempt n + 1 is random, up to `firstDelay` × `factor`ⁿ⁻¹ (exponential
 * backoff with full jitter, see
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). The
 * `retryAfter` of an error is added. No delay exceeds `maxDelay`. If a time limit of the turn ends
 * within the `retryAfter`, the turn ends `limited` at once.
 *
 * An answer that was ended because nothing but white space arrived is retried once.
 *
 * A stream that fails before its first text is retried invisibly. After that, a `restart`
 * chunk voids the text so far. Nothing is retried after the result was emitted.
 *
 * If all attempts fail, the last error is thrown. Usage that failed attempts reported is
 * added to the `usage` of the result, or to that of a copy of the last error. Its `timing` lists
 * the attempts, and the delays between them.
 *
 * @throws {ConfigError} if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { Agent, decide, LLMError, MockLLM } from "@nomos/agent";
 * import { retry } from "@nomos/agent/llm";
 * import { ManualClock } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const busy = new LLMError("Too many requests", { isRetryable: true, retryAfter: 2_000 });
 * const model = new MockLLM([busy, decide.respond("Hello")]);
 * const clock = new ManualClock();
 * const agent = new Agent({
 *   name: "patient",
 *   llm: retry(model, { clock, random: () => 0.5 }),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 *
 * const turn = agent.createSession().next("Hi");
 * await clock.advance(2_249);
 * assertEquals(model.requests.length, 1);
 * await clock.advance(1); // retryAfter of 2,000 plus 0.5 × firstDelay
 * assertEquals((await turn).response, "Hello");
 * ```
 */
export function retry(llm: LLM, options: RetryOptions = {}): LLM {
  checkOptions(`retry model ${quote(llm.name)}`, options, {
    attempts: wholeFrom(1),
    firstDelay: DELAY,
    factor: FACTOR,
    maxDelay: DELAY,
    budget: COUNT,
    isRetryable: FUNCTION,
    onRetry: FUNCTION,
    random: FUNCTION,
    clock: ANYTHING,
  });
  const { attempts = 3, firstDelay = 500, factor = 2, maxDelay = 30_000 } = options;
  const { isRetryable = isMarkedRetryable, onRetry } = options;
  const { random = Math.random, clock = systemClock } = options;
  const budget = (options.budget ?? 100) * RETRY_COST;
  let remaining = budget;
  const refund = (amount: number) => remaining = Math.min(budget, remaining + amount);

  /** Creates the attempts of one call, all with the same model. */
  function createAttempts(call: Call): Attempts {
    let attempt = 1;
    /** True if an answer ran away. The next one may too, and each costs a whole answer. */
    let hasRunAway = false;
    /** Maximum delay after the current attempt. */
    let ceiling = Math.min(firstDelay, maxDelay);
    return {
      llm,
      clock,
      async retry(error) {
        if (!isRetryable(error) || hasRunAway && error instanceof LLMLengthError) return false;
        hasRunAway ||= error instanceof LLMLengthError;
        const after = getRetryAfter(error);
        const isOver = isTooLate(call, after) || attempt >= attempts || after > maxDelay;
        if (isOver || remaining < RETRY_COST) return false;
        remaining -= RETRY_COST;
        const delay = Math.min(after + random() * ceiling, maxDelay);
        notify(onRetry, { attempt, delay, error });
        attempt++;
        ceiling = Math.min(ceiling * factor, maxDelay);
        try {
          await wait(clock, delay, call.signal);
        } catch (reason) {
          refund(RETRY_COST);
          throw reason;
        }
        return true;
      },
      succeed: () => refund(attempt > 1 ? RETRY_COST : 1),
    };
  }

  return wrapModel(llm, (call) => runAttempts(createAttempts(call), call));
}

/**
 * Cost of a retry, in points of the budget. A call that succeeds at the first attempt
 * refunds one point, a tenth of a retry. Occasional failures are therefore always retried;
 * during an outage the budget runs out, and calls are no longer retried.
 *
 * Rule and default size are those of the retry quota of the AWS SDKs:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html.
 */
const RETRY_COST = 10;

function isMarkedRetryable(error: unknown): boolean {
  return error instanceof LLMError && error.isRetryable;
}

/** Returns true if a time limit of the turn ends within the delay that the vendor asks for. */
function isTooLate(call: Call, after: number): boolean {
  return after > 0 && call.method !== "embed" && call.request.allowsDelay?.(after) === false;
}

/** Returns the delay that the vendor asks for, in milliseconds; 0 if there is none. */
function getRetryAfter(error: unknown): number {
  const after = error instanceof LLMError ? error.retryAfter ?? 0 : 0;
  return after > 0 ? after : 0;
}
