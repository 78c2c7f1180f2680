/**
 * Waiting for a model no longer than allowed.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import { ConfigError, quote } from "../../errors.ts";
import { type LLM, type LLMChunk, LLMRequest } from "../llm.ts";
import { LLMTimeoutError } from "../llm_errors.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { LinkedSignal } from "./linked_signal.ts";
import { checkOptions, LIMIT } from "./option_rules.ts";
import { askOrAbort } from "./or_abort.ts";
import { wrapModel } from "./wrap_model.ts";

/** Options of {@linkcode timeout}: at least one of the limits. */
export interface TimeoutOptions {
  /**
   * How long the model may take for a whole answer, in milliseconds. In a stream,
   * that is how long it is waited for in all. Default: no limit.
   */
  readonly call?: number;
  /** How long a stream may take for each chunk, in milliseconds. Default: no limit. */
  readonly chunk?: number;
  /** How long a stream may take for its first chunk, in milliseconds. Default: as `chunk`. */
  readonly firstChunk?: number;
  /** By which it waits. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

/**
 * A model that is not waited for longer than allowed. A call that takes longer
 * throws an {@linkcode LLMTimeoutError}, which is retryable, at once: the signal of
 * the inner model's request aborts with it, a stream is broken off, and what comes
 * later is dropped, whether or not the model minds its signal.
 *
 * Only waiting for the model counts: what a consumer of a stream does between
 * chunks may take as long as it likes.
 *
 * @throws {ConfigError} if no limit is given, or one is not a number of milliseconds above 0.
 *
 * @example
 * ```ts
 * import { Agent, type LLM } from "@nomos/agent";
 * import { LLMTimeoutError, timeout } from "@nomos/agent/llm";
 * import { ManualClock } from "@nomos/agent/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const stalled: LLM = { name: "stalled", decide: () => new Promise(() => {}) };
 * const clock = new ManualClock();
 * const agent = new Agent({
 *   name: "hurried",
 *   llm: timeout(stalled, { call: 30_000, clock }),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 *
 * const turn = agent.createSession().next("Hi");
 * const failed = assertRejects(() => turn, LLMTimeoutError, "an answer within 30000 ms");
 * await clock.advance(30_000);
 * await failed;
 * ```
 */
export function timeout(llm: LLM, options: TimeoutOptions): LLM {
  const { call, chunk, firstChunk = chunk, clock = systemClock } = options;
  const doing = `limit the time of model ${quote(llm.name)}`;
  checkOptions(doing, options, { call: LIMIT, chunk: LIMIT, firstChunk: LIMIT });
  if (call === undefined && firstChunk === undefined) {
    throw new ConfigError(`Cannot ${doing}: expected call, chunk or firstChunk`);
  }

  const late = (awaited: string, limit: number) =>
    new LLMTimeoutError(
      `Cannot wait longer for model ${quote(llm.name)}: expected ${awaited} within ${limit} ms`,
      { isRetryable: true },
    );

  async function within<Answer>(
    limit: number,
    ask: (signal: AbortSignal) => Promise<Answer>,
    outer: AbortSignal | undefined,
  ): Promise<Answer> {
    const link = new LinkedSignal(outer);
    const cancel = clock.setTimer(limit, () => link.abort(late("an answer", limit)));
    try {
      return await askOrAbort(() => ask(link.signal), link.signal);
    } finally {
      cancel();
      link.unlink();
    }
  }

  async function* stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const link = new LinkedSignal(request.signal);
    const reader = new ChunkReader(llm, LLMRequest.with(request, { signal: link.signal }));
    let left = call ?? Infinity;
    let [awaited, limit] = ["the first chunk", firstChunk ?? Infinity];
    try {
      for (;;) {
        const expire = () =>
          link.abort(limit <= left ? late(awaited, limit) : late("the whole answer", call!));
        const began = clock.now();
        const cancel = clock.setTimer(Math.min(left, limit), expire);
        let read: LLMChunk | undefined;
        try {
          read = await reader.next();
        } finally {
          cancel();
        }
        if (read === undefined) return;
        // A clock that is set back takes nothing away.
        left -= Math.max(0, clock.now() - began);
        yield read;
        [awaited, limit] = ["the next chunk", chunk ?? Infinity];
      }
    } finally {
      link.unlink();
      await reader.close();
    }
  }

  return wrapModel(llm, {
    decide: (request) => {
      if (call === undefined) return askOrAbort(() => llm.decide(request), request.signal);
      const ask = (signal: AbortSignal) => llm.decide(LLMRequest.with(request, { signal }));
      return within(call, ask, request.signal);
    },
    stream,
    embed: (texts, options) => {
      if (call === undefined) return askOrAbort(() => llm.embed!(texts, options), options?.signal);
      const ask = (signal: AbortSignal) => llm.embed!(texts, { ...options, signal });
      return within(call, ask, options?.signal);
    },
  });
}
