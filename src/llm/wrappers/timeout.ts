/**
 * Waiting for a model no longer than allowed.
 *
 * @module
 */
import { linkAbort } from "../../abort.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMTimeoutError } from "../llm_errors.ts";
import { type Part, readParts, wrapModel } from "./call.ts";
import { checkOptions, LIMIT } from "../option_rules.ts";

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

  return wrapModel(llm, async function* (request) {
    const isStream = request.method === "stream";
    const controller = new AbortController();
    const unlink = linkAbort(controller, request.signal);
    const parts = readParts({ ...request, signal: controller.signal }, llm);
    let left = call ?? Infinity;
    let [awaited, limit] = ["the first chunk", isStream ? firstChunk ?? Infinity : Infinity];
    try {
      for (;;) {
        const began = clock.now();
        const cancel = left === Infinity && limit === Infinity
          ? undefined
          : clock.setTimer(Math.min(left, limit), () => {
            const whole = isStream ? "the whole answer" : "an answer";
            controller.abort(limit <= left ? late(awaited, limit) : late(whole, call!));
          });
        let next: IteratorResult<Part, void>;
        try {
          next = await parts.next();
        } finally {
          cancel?.();
        }
        if (next.done) return;
        // A clock that is set back takes nothing away.
        left -= Math.max(0, clock.now() - began);
        yield next.value;
        [awaited, limit] = ["the next chunk", chunk ?? Infinity];
      }
    } finally {
      unlink();
      await parts.return();
    }
  });
}
