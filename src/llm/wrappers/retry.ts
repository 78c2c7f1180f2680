/**
 * Asking a model again when it failed.
 *
 * @module
 */
import { type Clock, systemClock, wait } from "../../clock.ts";
import { quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { type Attempts, runAttempts } from "./attempts.ts";
import { notify, wrapModel } from "./call.ts";
import { checkOptions, COUNT, DELAY, FACTOR, wholeFrom } from "../option_rules.ts";

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** How often a call is made at most, the first time included. Default: 3. */
  readonly attempts?: number;
  /** The longest wait before the second attempt, in milliseconds. Default: 500. */
  readonly firstDelay?: number;
  /** How many times longer each wait may be than the one before. Default: 2. */
  readonly factor?: number;
  /**
   * The longest wait of all, in milliseconds. A vendor that asks for a longer one
   * is not asked again. Default: 30,000.
   */
  readonly maxDelay?: number;
  /**
   * How many retries all callers together may have under way or have lost; when
   * none is left, the first failure of a call is its last. A retry that succeeds
   * is given back, and each call that succeeds at once gives back a tenth. So a
   * model that is down is not asked three times as often for as long as it is.
   * `Infinity` is no limit. Default: 100.
   */
  readonly budget?: number;
  /**
   * Whether what was thrown may pass. Default: an {@linkcode LLMError} that says
   * so (`isRetryable`), as those of the providers do. It is not asked about an
   * aborted call, nor about a {@linkcode MisuseError}: those are never retried.
   */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Is told of each retry before its wait. What it throws is dropped. Default: nobody is told. */
  readonly onRetry?: (retry: Retry) => void;
  /** Gives numbers from 0 up to 1, for the waits. Default: `Math.random`. */
  readonly random?: () => number;
  /** By which it waits. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

/** A retry that is about to be made. */
export interface Retry {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** How long it waits before the next, in milliseconds. */
  readonly delay: number;
  /** What was thrown. */
  readonly error: unknown;
}

/**
 * A model that is asked again when it failed for a reason that may pass.
 *
 * Before attempt n + 1 it waits for a random time of up to `firstDelay` ×
 * `factor`ⁿ⁻¹: "full jitter", so that callers who failed together do not come
 * back together (AWS Architecture Blog, "Exponential Backoff And Jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). An
 * error's `retryAfter` comes on top. No wait is longer than `maxDelay`.
 *
 * A stream that fails before its first text is begun again unseen; after that it
 * goes on with a `restart` chunk, which makes the text so far void. Nothing is
 * retried once the result was handed on.
 *
 * The last error is thrown as it is. What failed attempts cost, where their errors
 * say so, is part of the `usage` of the result; and if none succeeds of that of the
 * error, which then is a copy.
 *
 * @throws {ConfigError} if a number is none that its option can have.
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
 * await clock.advance(1); // 2,000 that were asked for, and half of 500
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
  });
  const { attempts = 3, firstDelay = 500, factor = 2, maxDelay = 30_000 } = options;
  const { isRetryable = saysRetryable, onRetry } = options;
  const { random = Math.random, clock = systemClock } = options;
  const budget = (options.budget ?? 100) * RETRY;
  let left = budget;
  const giveBack = (amount: number) => left = Math.min(budget, left + amount);

  /** The attempts of one call, all with the same model. */
  function attemptsOf(signal: AbortSignal | undefined): Attempts {
    let attempt = 1;
    /** Longest wait after the current attempt. */
    let ceiling = Math.min(firstDelay, maxDelay);
    return {
      llm,
      async retry(error) {
        const after = retryAfterOf(error);
        const isOver = attempt >= attempts || !isRetryable(error) || after > maxDelay;
        if (isOver || left < RETRY) return false;
        left -= RETRY;
        const delay = Math.min(after + random() * ceiling, maxDelay);
        notify(onRetry, { attempt, delay, error });
        attempt++;
        ceiling = Math.min(ceiling * factor, maxDelay);
        try {
          await wait(clock, delay, signal);
        } catch (reason) {
          giveBack(RETRY);
          throw reason;
        }
        return true;
      },
      succeed: () => giveBack(attempt > 1 ? RETRY : 1),
    };
  }

  return wrapModel(llm, (call) => runAttempts(attemptsOf(call.signal), call));
}

/**
 * Amount that a retry takes from the budget, in tenths, because a call that succeeds at once
 * gives back a tenth. So what fails now and then is always retried, and what fails all the
 * time is soon asked no more often than without retries: a storm ends by itself.
 *
 * The rule is that of the retry quota of AWS SDKs, with their size:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html.
 */
const RETRY = 10;

function saysRetryable(error: unknown): boolean {
  return error instanceof LLMError && error.isRetryable;
}

/** Milliseconds that the vendor asks to wait; 0 if it does not say. */
function retryAfterOf(error: unknown): number {
  const after = error instanceof LLMError ? error.retryAfter ?? 0 : 0;
  return after > 0 ? after : 0;
}
