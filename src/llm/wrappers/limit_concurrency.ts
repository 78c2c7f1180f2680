/**
 * Asking a model for not too much at once.
 *
 * @module
 */
import { untilAborted } from "../../abort.ts";
import { quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { readParts, wrapModel } from "./call.ts";
import { checkOptions, COUNT, wholeFrom } from "../option_rules.ts";

/** Too many calls wait for a model already. It is retryable. */
export class LLMBusyError extends LLMError {
  /** `"LLM_BUSY"` */
  override readonly code = "LLM_BUSY";
}

/** Options of {@linkcode limitConcurrency}. */
export interface LimitConcurrencyOptions {
  /** How many calls may wait at most; those beyond throw an {@linkcode LLMBusyError}. Default: no limit. */
  readonly maxQueue?: number;
}

/**
 * A model that is asked for at most `limit` answers at once, embeddings included.
 * Calls beyond that wait, and those that came first go first.
 *
 * A stream takes its place when its first chunk is asked for, and holds it until it
 * is over or broken off. A call that is aborted settles at once; if it waited it
 * leaves the queue, and if it ran its place is free when the model has let go of
 * it. A model that ignores its signal may not do so for ever: see {@linkcode timeout}.
 *
 * @throws {ConfigError} if `limit` is no whole number from 1, or `maxQueue` none from 0.
 * @throws {LLMBusyError} from a call for which there is no room in the queue.
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
  const { maxQueue = Infinity } = options;
  checkOptions(`ask model ${quote(llm.name)} concurrently`, { limit, maxQueue }, {
    limit: wholeFrom(1),
    maxQueue: COUNT,
  });
  const semaphore = new Semaphore(limit);
  return wrapModel(llm, async function* (call) {
    call.signal?.throwIfAborted();
    if (!semaphore.isFree && semaphore.waiting >= maxQueue) {
      throw new LLMBusyError(
        `Cannot queue another call of model ${quote(llm.name)}: its queue has room for ${maxQueue}`,
        { isRetryable: true },
      );
    }
    await semaphore.acquire(call.signal);
    yield* readParts(call, llm, () => semaphore.release());
  });
}

/** A semaphore with a queue: first come, first served. */
class Semaphore {
  #free: number;
  /** A set, because who gives up leaves from the middle; taking the first of 10,000 costs 1 µs. */
  readonly #queue = new Set<() => void>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /** True if a permit can be taken at once. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  /** Number of callers that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Takes a permit as soon as there is one. Rejects without one when the signal aborts. */
  async acquire(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.add(resolve);
    try {
      await untilAborted(promise, signal);
      signal?.throwIfAborted();
    } catch (reason) {
      // It aborted in the moment in which it got a permit.
      if (!this.#queue.delete(resolve)) this.release();
      throw reason;
    }
  }

  /** Returns a permit, to the first who waits. */
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
