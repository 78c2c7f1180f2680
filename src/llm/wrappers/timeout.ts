/**
 * Time limits for model calls.
 *
 * @module
 */
import { linkAbort } from "../../abort.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMTimeoutError } from "../llm_failures.ts";
import { ANYTHING, checkOptions, LIMIT } from "../option_rules.ts";
import { type Part, readParts, wrapModel } from "./call.ts";

/** Options of {@linkcode timeout}. At least one limit is required. */
export interface TimeoutOptions {
  /**
   * Time limit for the complete answer, in milliseconds. For a stream, the limit applies to
   * the total time spent waiting for the model. Default: no limit.
   */
  readonly call?: number;
  /**
   * Time limit for each chunk of a stream, in milliseconds. Reasoning restarts it; so do comments
   * that keep the connection open, until a stream has sent nothing else for 10 times the limit.
   * Default: no limit.
   */
  readonly chunk?: number;
  /** Time limit for the first chunk of a stream, in milliseconds. Default: same as `chunk`. */
  readonly firstChunk?: number;
  /** Clock used for the limits. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

/**
 * Limits the duration of a model's calls. A call that exceeds its limit immediately throws
 * an {@linkcode LLMTimeoutError}, which is retryable. The signal of the model's request
 * aborts with the same error. A late answer of a model that ignores its signal is dropped.
 *
 * Only time spent waiting for the model counts, not the time that the consumer of a
 * stream takes between chunks.
 *
 * @throws {ConfigError} if no limit is set, or a limit is not a number above 0.
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
  const doing = `limit the time of model ${quote(llm.name)}`;
  checkOptions(doing, options, { call: LIMIT, chunk: LIMIT, firstChunk: LIMIT, clock: ANYTHING });
  const { call, chunk, firstChunk = chunk, clock = systemClock } = options;
  if (call === undefined && firstChunk === undefined) {
    throw new ConfigError(`Cannot ${doing}: expected at least one of call, chunk and firstChunk`);
  }

  const createTimeoutError = (expected: string) =>
    new LLMTimeoutError(`Cannot wait longer for model ${quote(llm.name)}: ${expected}`, {
      isRetryable: true,
    });

  return wrapModel(llm, async function* (modelCall) {
    const isStream = modelCall.method === "stream";
    const controller = new AbortController();
    const unlink = linkAbort(controller, modelCall.signal);
    let remaining = call ?? Infinity;
    let [awaited, limit] = ["the first chunk", isStream ? firstChunk ?? Infinity : Infinity];
    /** Time at which the model was asked for the next part; undefined while it is not. */
    let began: number | undefined;
    /** Time at which the model last sent more than a comment. */
    let progressed = 0;
    let cancel: (() => void) | undefined;

    /** Starts the timer of the limit that ends first. */
    function startTimer(): void {
      cancel?.();
      // If the clock is set back, the elapsed time counts as 0.
      const elapsedSince = (time: number) => Math.max(0, clock.now() - time);
      const quiet = Math.max(limit, STALLED_CHUNKS * (chunk ?? limit));
      const limits: readonly (readonly [left: number, expected: string])[] = [
        [limit, `expected ${awaited} within ${limit} ms`],
        [
          quiet - elapsedSince(progressed),
          `it has stalled: expected more than comments within ${quiet} ms`,
        ],
        [
          remaining - elapsedSince(began!),
          `expected ${isStream ? "the whole answer" : "an answer"} within ${call} ms`,
        ],
      ];
      const [left, expected] = limits.reduce((a, b) => b[0] < a[0] ? b : a);
      cancel = left === Infinity
        ? undefined
        : clock.setTimer(left, () => controller.abort(createTimeoutError(expected)));
    }

    function onActivity(activity: "reasoning" | "comment"): void {
      request?.onActivity?.(activity);
      if (began === undefined) return;
      if (activity === "reasoning") {
        [awaited, limit] = ["the next chunk", chunk ?? Infinity];
        progressed = clock.now();
      }
      startTimer();
    }

    const request = modelCall.method === "embed" ? undefined : modelCall.request;
    const { signal } = controller;
    const parts = readParts(
      modelCall.method === "embed"
        ? { ...modelCall, signal }
        : { ...modelCall, signal, request: { ...modelCall.request, signal, onActivity } },
      llm,
    );
    try {
      for (;;) {
        const asked = began = progressed = clock.now();
        startTimer();
        let next: IteratorResult<Part, void>;
        try {
          next = await parts.next();
        } finally {
          began = undefined;
          cancel?.();
        }
        if (next.done) return;
        remaining -= Math.max(0, clock.now() - asked);
        yield next.value;
        [awaited, limit] = ["the next chunk", chunk ?? Infinity];
      }
    } finally {
      unlink();
      await parts.return();
    }
  });
}

/** Factor by which a stream of comments alone may exceed the time limit of a chunk. */
const STALLED_CHUNKS = 10;
