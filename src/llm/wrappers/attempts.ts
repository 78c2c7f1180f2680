/**
 * Repeated attempts of a model call, shared by `retry()` and `fallback()`.
 *
 * @module
 */
import { MisuseError } from "../../errors.ts";
import type { LLM, LLMResult, Usage } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { addUsage, readUsage } from "../usage.ts";
import { type Call, guardParts, type Part, readParts } from "./call.ts";

/** Policy and state of the attempts of one call. */
export interface Attempts {
  /** Model of the current attempt. */
  readonly llm: LLM;
  /** Model name added to results that report none. Default: none is added. */
  readonly model?: string;
  /**
   * Prepares the next attempt after an error. Returns false to fail the call with that error.
   *
   * @param usage Total usage of all failed attempts.
   */
  retry(error: unknown, usage: Usage | undefined): boolean | Promise<boolean>;
  /** Called when an attempt succeeds. */
  succeed?(): void;
}

/** Runs the attempts of a call. Yields `restart` before an attempt that follows a partial answer. */
export async function* runAttempts(
  attempts: Attempts,
  call: Call,
): AsyncGenerator<Part, void, void> {
  let usage: Usage | undefined;
  let hasText = false;
  let isAnswered = false;
  let parts = openAttempt(call, attempts.llm);
  try {
    for (;;) {
      let next: IteratorResult<Part, void>;
      try {
        next = await parts.next();
      } catch (error) {
        if (isAnswered || call.signal?.aborted) throw error;
        usage = addFailedUsage(usage, error);
        const isRetried = !isNeverRetried(error) && await attempts.retry(error, usage);
        if (!isRetried) throw withUsage(error, usage);
        parts = openAttempt(call, attempts.llm);
        if (hasText) yield { type: "restart" };
        hasText = false;
        continue;
      }
      if (next.done) return;
      const part = next.value;
      if (part.type === "text" || part.type === "restart") {
        hasText = part.type === "text";
        yield part;
        continue;
      }
      isAnswered = true;
      attempts.succeed?.();
      yield part.type === "result"
        ? { type: "result", result: completeResult(part.result, attempts, usage) }
        : part;
    }
  } finally {
    await parts.return();
  }
}

function openAttempt(call: Call, llm: LLM): AsyncGenerator<Part, void, void> {
  const parts = readParts(call, llm);
  return call.method === "stream" ? guardParts(parts, llm, call.request) : parts;
}

/** True for an abort by the caller and for a mistake in the program: another attempt cannot help. */
function isNeverRetried(error: unknown): boolean {
  return error instanceof MisuseError || error instanceof Error && error.name === "AbortError";
}

/** Adds the usage that a failed attempt reported to the total of earlier attempts. */
export function addFailedUsage(usage: Usage | undefined, error: unknown): Usage | undefined {
  const failed = error instanceof LLMError ? error.usage : undefined;
  return usage === undefined || failed === undefined ? usage ?? failed : addUsage(usage, failed);
}

/** Adds the usage of failed attempts, and the model name if it is missing, to a result. */
function completeResult(
  result: LLMResult,
  { model }: Attempts,
  usage: Usage | undefined,
): LLMResult {
  // The core reports malformed results.
  if (typeof result !== "object" || result === null) return result;
  return {
    ...result,
    ...(usage !== undefined && { usage: addUsage(usage, readUsage(result.usage) ?? {}) }),
    ...(model !== undefined && result.model === undefined && { model }),
  };
}

/**
 * Returns the error with the usage of all attempts: a copy of the same class, because a thrown
 * error must not be modified, or the error itself if there is nothing to add.
 */
function withUsage(error: unknown, usage: Usage | undefined): unknown {
  if (usage === undefined || !(error instanceof LLMError) || error.usage === usage) return error;
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error));
  // Read here, because `stack` may be an accessor that depends on its receiver.
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    stack: { configurable: true, writable: true, value: error.stack },
    usage: { configurable: true, writable: true, enumerable: true, value: usage },
  });
}
