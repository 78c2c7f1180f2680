/**
 * The course of a model call: its attempts, and what it waited for.
 *
 * @module
 */

/** One request to a model, as a part of a call. */
export interface CallAttempt {
  /** Name of the LLM that was called. */
  readonly llm: string;
  /** Time until it answered or failed, without that in a queue, in milliseconds. */
  readonly took: number;
  /** Time until the server began to respond, in milliseconds, if the provider reports it. */
  readonly responded?: number;
  /**
   * Time in the queue of `limitConcurrency()` before it, in milliseconds. Absent if it did not
   * wait.
   */
  readonly queued?: number;
  /** `code` of its error, or the name of an error without one. Absent if it was answered. */
  readonly error?: string;
  /** Time between its failure and the next attempt, in milliseconds. Absent if there was none. */
  readonly waited?: number;
}

/**
 * Course of a model call, to distinguish a slow model from failed attempts, a backoff or a queue.
 * Reported if the call took several requests, waited in a queue, or its provider measures it.
 */
export interface CallTiming {
  /** Total time in queues, in milliseconds. Absent if it did not wait. */
  readonly queued?: number;
  /** Requests in order. Unless the call failed, the last one was answered. */
  readonly attempts?: readonly CallAttempt[];
}

/**
 * Returns the course of a request that was answered now, for a provider.
 *
 * @param asked Time at which it was sent, by `performance.now()`.
 * @param responded Time at which the server began to respond.
 */
export function timeAnswer(llm: string, asked: number, responded: number): CallTiming {
  const took = performance.now() - asked;
  return { attempts: [{ llm, took, responded: responded - asked }] };
}

/** Maximum number of attempts of a call that are read. */
const MAX_ATTEMPTS = 100;

/** Reads the course of a call. Drops invalid fields; undefined if none is valid. */
export function readTiming(timing: unknown): CallTiming | undefined {
  const { queued, attempts } = toRecord(timing);
  const read = Array.isArray(attempts)
    ? attempts.slice(0, MAX_ATTEMPTS).flatMap((attempt) => readAttempt(toRecord(attempt)) ?? [])
    : [];
  if (!isTime(queued) && read.length === 0) return undefined;
  return { ...(isTime(queued) && { queued }), ...(read.length > 0 && { attempts: read }) };
}

function readAttempt(attempt: Readonly<Record<string, unknown>>): CallAttempt | undefined {
  const { llm, took, responded, queued, error, waited } = attempt;
  if (typeof llm !== "string" || !isTime(took)) return undefined;
  return {
    llm,
    took,
    ...(isTime(responded) && { responded }),
    ...(isTime(queued) && { queued }),
    ...(typeof error === "string" && { error }),
    ...(isTime(waited) && { waited }),
  };
}

/** Adds time in a queue that the first attempt of a call waited in. */
export function addQueued(timing: CallTiming | undefined, queued: number): CallTiming {
  const [first, ...rest] = timing?.attempts ?? [];
  return {
    queued: (timing?.queued ?? 0) + queued,
    ...(first && { attempts: [{ ...first, queued: (first.queued ?? 0) + queued }, ...rest] }),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
