/**
 * Asking a model for not too much at once.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { LLM, LLMChunk, LLMRequest } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { checkOptions, COUNT, wholeFrom } from "./option_rules.ts";
import { orAbort } from "./or_abort.ts";
import { Places } from "./places.ts";
import { wrapModel } from "./wrap_model.ts";

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
 *   await Promise.resolve();
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
  const places = new Places(limit);

  async function enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (!places.areFree && places.waiting >= maxQueue) {
      throw new LLMBusyError(
        `Cannot queue another call of model ${quote(llm.name)}: its queue has room for ${maxQueue}`,
        { isRetryable: true },
      );
    }
    await places.take(signal);
  }

  async function inPlace<Answer>(
    ask: () => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    await enter(signal);
    const run = async () => {
      try {
        return await ask();
      } finally {
        places.giveBack();
      }
    };
    return orAbort(run(), signal);
  }

  async function* stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    await enter(request.signal);
    const reader = new ChunkReader(llm, request, () => places.giveBack());
    try {
      for (;;) {
        const chunk = await reader.next();
        if (chunk === undefined) return;
        yield chunk;
      }
    } finally {
      await reader.close();
    }
  }

  return wrapModel(llm, {
    decide: (request) => inPlace(() => llm.decide(request), request.signal),
    stream,
    embed: (texts, options) => inPlace(() => llm.embed!(texts, options), options?.signal),
  });
}
