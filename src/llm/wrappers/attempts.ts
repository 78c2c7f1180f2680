/**
 * Repeated attempts of a model call, shared by `retry()` and `fallback()`.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { MisuseError } from "../../errors.ts";
import { omitUndefined } from "../../json/json.ts";
import type { CallTiming } from "../call_timing.ts";
import type { LLM, LLMResult, Usage } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { addUsage, readUsage } from "../usage.ts";
import { AttemptLog } from "./attempt_log.ts";
import { asksForTiming, type Call, guardParts, type Part, readParts } from "./call.ts";

/** Policy and state of the attempts of one call. */
export interface Attempts {
  /** Model of the current attempt. */
  readonly llm: LLM;
  /** Model name added to results that report none. Default: none is added. */
  readonly model?: string;
  /** Clock that measures attempts. */
  readonly clock: Clock;
  /**
   * Prepares the next attempt after an error. Returns false to fail the call with that error.
   *
   * @param total Usage and course of all failed attempts.
   */
  retry(error: unknown, total: FailedAttempts): boolean | Promise<boolean>;
  /** Called when an attempt succeeds. */
  succeed?(): void;
}

/** Usage and course of the failed attempts of a call. */
export interface FailedAttempts {
  readonly usage: Usage | undefined;
  readonly timing: CallTiming | undefined;
}

/** Runs the attempts of a call. Yields `restart` before an attempt that follows a partial answer. */
export async function* runAttempts(
  attempts: Attempts,
  call: Call,
): AsyncGenerator<Part, void, void> {
  const log = asksForTiming(call) ? new AttemptLog(attempts.clock) : undefined;
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
        log?.fail(attempts.llm.name, error);
        const total = { usage, timing: log?.timing };
        const isRetried = !isNeverRetried(error) && await attempts.retry(error, total);
        if (!isRetried) throw withTotal(error, total);
        log?.begin();
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
        ? { type: "result", result: completeResult(part.result, attempts, usage, log) }
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

/** Adds the usage and the course of failed attempts, and the model name if it is missing, to a result. */
function completeResult(
  result: LLMResult,
  { llm, model }: Attempts,
  usage: Usage | undefined,
  log: AttemptLog | undefined,
): LLMResult {
  // The core reports malformed results.
  if (typeof result !== "object" || result === null) return result;
  const timing = log?.succeed(llm.name, result.timing);
  return {
    ...result,
    ...(timing !== undefined && { timing }),
    ...(usage !== undefined && { usage: addUsage(usage, readUsage(result.usage) ?? {}) }),
    ...(model !== undefined && result.model === undefined && { model }),
  };
}

/**
 * Returns the error with the usage and the course of all attempts: a copy of the same class, because
 * a thrown error must not be modified, or the error itself if there is nothing to add.
 */
export function withTotal(error: unknown, { usage, timing }: FailedAttempts): unknown {
  if (!(error instanceof LLMError)) return error;
  const added = omitUndefined({
    usage: usage === error.usage ? undefined : usage,
    timing: timing === error.timing ? undefined : timing,
  });
  if (Object.keys(added).length === 0) return error;
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error));
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    // Read here, because `stack` may be an accessor that depends on its receiver.
    stack: { configurable: true, writable: true, value: error.stack },
    ...Object.getOwnPropertyDescriptors(added),
  });
}
