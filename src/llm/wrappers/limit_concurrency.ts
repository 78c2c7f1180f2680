/**
 * Concurrency limit for model calls.
 *
 * @module
 */
import { abortable } from "../../abort.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { quote } from "../../errors.ts";
import { addQueued } from "../call_timing.ts";
import type { LLM } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { ANYTHING, checkOptions, COUNT, wholeFrom } from "../option_rules.ts";
import { withTotal } from "./attempts.ts";
import { asksForTiming, type Part, readParts, wrapModel } from "./call.ts";

/** Thrown if the queue of a {@linkcode limitConcurrency} is full. Retryable. */
export class LLMBusyError extends LLMError {
  /** `"LLM_BUSY"` */
  override readonly code = "LLM_BUSY";
}

/** Options of {@linkcode limitConcurrency}. */
export interface LimitConcurrencyOptions {
  /** Maximum number of waiting calls. Further calls throw an {@linkcode LLMBusyError}. `@default {Infinity}` */
  readonly maxQueue?: number;
  /** Clock that measures the wait, for the `timing` of results. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

/**
 * Limits the concurrent calls of a model, including embeddings, with a semaphore of `limit`
 * permits. Further calls wait in a queue, first come, first served.
 *
 * A stream acquires its permit when its first chunk is requested, and releases it when it
 * ends or the consumer stops early. An aborted call settles immediately. If it was
 * waiting, it leaves the queue; if it was running, its permit is released once the model
 * finishes the call. A model that ignores its signal therefore keeps its permit until
 * its call settles.
 *
 * @throws {ConfigError} if `limit` is not a whole number from 1, or `maxQueue` is not a
 *   whole number from 0 or `Infinity`.
 * @throws {LLMBusyError} from a call, if the queue is full.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { limitConcurrency } from "@nomos/agent/llm";
 * import { assertEquals } from "@std/assert";
 *
 * let [running, most] = [0, 0];
 * const model = new MockLLM([async () => {
 *   most = Math.max(most, ++running);
 *   await new Promise((resolve) => setTimeout(resolve));
 *   running--;
 *   return decide.respond("Hello");
 * }], { whenDone: "repeat" });
 * const agent = new Agent({
 *   name: "modest",
 *   llm: limitConcurrency(model, 4),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 *
 * await Promise.all(Array.from({ length: 20 }, () => agent.createSession().next("Hi")));
 * assertEquals([model.requests.length, most], [20, 4]);
 * ```
 */
export function limitConcurrency(
  llm: LLM,
  limit: number,
  options: LimitConcurrencyOptions = {},
): LLM {
  const doing = `limit the concurrency of model ${quote(llm.name)}`;
  checkOptions(doing, options, { maxQueue: COUNT, clock: ANYTHING });
  checkOptions(doing, { limit }, { limit: wholeFrom(1) });
  const { maxQueue = Infinity, clock = systemClock } = options;
  const semaphore = new Semaphore(limit);
  return wrapModel(llm, async function* (call) {
    call.signal?.throwIfAborted();
    if (!semaphore.isFree && semaphore.waiting >= maxQueue) {
      throw new LLMBusyError(
        `Cannot queue another call of model ${quote(llm.name)}: its queue is full ` +
          `(maxQueue ${maxQueue}). Increase maxQueue, or retry later`,
        { isRetryable: true },
      );
    }
    const from = asksForTiming(call) ? clock.now() : undefined;
    await semaphore.acquire(call.signal);
    const queued = from === undefined ? 0 : clock.now() - from;
    const parts = readParts(call, llm, () => semaphore.release());
    // A clock that was set back counts as 0.
    yield* queued > 0 ? countQueue(parts, queued) : parts;
  });
}

/** Adds the time in the queue to the result or the error of a call. */
async function* countQueue(
  parts: AsyncGenerator<Part, void, void>,
  queued: number,
): AsyncGenerator<Part, void, void> {
  try {
    for await (const part of parts) {
      const isResult = part.type === "result" && typeof part.result === "object";
      yield isResult && part.result !== null
        ? { ...part, result: { ...part.result, timing: addQueued(part.result.timing, queued) } }
        : part;
    }
  } catch (error) {
    if (!(error instanceof LLMError)) throw error;
    throw withTotal(error, { usage: error.usage, timing: addQueued(error.timing, queued) });
  }
}

/** A counting semaphore with a first-come, first-served queue. */
class Semaphore {
  #free: number;
  /**
   * Waiting callers, oldest first. A set, because aborted callers leave from the middle.
   * Taking the first of 10,000 costs 1 µs.
   */
  readonly #queue = new Set<() => void>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /** True if a permit is available. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  /** Number of waiting callers. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Acquires a permit as soon as one is available. Rejects if the signal aborts first. */
  async acquire(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.add(resolve);
    try {
      await abortable(promise, signal);
      signal?.throwIfAborted();
    } catch (reason) {
      // Aborted after it was granted a permit: pass the permit on.
      if (!this.#queue.delete(resolve)) this.release();
      throw reason;
    }
  }

  /** Releases a permit. If callers are waiting, the first acquires it. */
  release(): void {
    const [first] = this.#queue;
    if (first === undefined) {
      this.#free++;
      return;
    }
    this.#queue.delete(first);
    first();
  }
}
