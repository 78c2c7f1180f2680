/**
 * Asking a model again when it failed.
 *
 * @module
 */
import { type Clock, systemClock, wait } from "../../clock.ts";
import { quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { type Attempts, callIn, decideIn, type Failure, isFinal, streamIn } from "./attempts.ts";
import { checkOptions, COUNT, DELAY, FACTOR, wholeFrom } from "./option_rules.ts";
import { RetryBudget } from "./retry_budget.ts";
import { withSpent } from "./spent.ts";
import { tell } from "./tell.ts";
import { wrapModel } from "./wrap_model.ts";

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
  const rules: RetryRules = {
    attempts: options.attempts ?? 3,
    firstDelay: options.firstDelay ?? 500,
    factor: options.factor ?? 2,
    maxDelay: options.maxDelay ?? 30_000,
    isRetryable: options.isRetryable ?? saysRetryable,
    onRetry: options.onRetry,
    random: options.random ?? Math.random,
    clock: options.clock ?? systemClock,
    budget: new RetryBudget(options.budget ?? 100),
  };
  const attempts = (signal?: AbortSignal) => new Retries(llm, rules, signal);
  return wrapModel(llm, {
    decide: (request) => decideIn(attempts(request.signal), request),
    stream: (request) => streamIn(attempts(request.signal), request),
    embed: (texts, options) => {
      const { signal } = options ?? {};
      return callIn(attempts(signal), (llm) => llm.embed!(texts, options), signal);
    },
  });
}

/** The options, all of them, and what is left for all callers. */
interface RetryRules extends Required<Omit<RetryOptions, "budget" | "onRetry">> {
  readonly onRetry: RetryOptions["onRetry"] | undefined;
  readonly budget: RetryBudget;
}

function saysRetryable(error: unknown): boolean {
  return error instanceof LLMError && error.isRetryable;
}

/** The attempts of one call, all with the same model. */
class Retries implements Attempts {
  readonly llm: LLM;
  readonly #rules: RetryRules;
  readonly #signal: AbortSignal | undefined;
  #attempt = 1;
  /** The longest wait after the attempt that is under way. */
  #ceiling: number;

  constructor(llm: LLM, rules: RetryRules, signal: AbortSignal | undefined) {
    this.llm = llm;
    this.#rules = rules;
    this.#signal = signal;
    this.#ceiling = Math.min(rules.firstDelay, rules.maxDelay);
  }

  async goOn({ error, spent }: Failure): Promise<void> {
    const { attempts, factor, maxDelay, isRetryable, onRetry, random, clock, budget } = this.#rules;
    const after = retryAfterOf(error);
    const isOver = this.#attempt >= attempts || isFinal(error) || !isRetryable(error) ||
      after > maxDelay || !budget.take();
    if (isOver) throw withSpent(error, spent);
    const delay = Math.min(after + random() * this.#ceiling, maxDelay);
    tell(onRetry, { attempt: this.#attempt, delay, error });
    this.#attempt++;
    this.#ceiling = Math.min(this.#ceiling * factor, maxDelay);
    try {
      await wait(clock, delay, this.#signal);
    } catch (reason) {
      budget.giveBack();
      throw reason;
    }
  }

  succeed(): void {
    const { budget } = this.#rules;
    if (this.#attempt > 1) budget.giveBack();
    else budget.earn();
  }
}

/** How long the vendor asks to wait; 0 if it does not say. */
function retryAfterOf(error: unknown): number {
  const after = error instanceof LLMError ? error.retryAfter ?? 0 : 0;
  return after > 0 ? after : 0;
}
