/**
 * A call that is made in several attempts: with the same model or with others.
 *
 * @module
 */
import { MisuseError } from "../../errors.ts";
import type { LLM, LLMResult, Usage } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { addUsage, readUsage } from "../usage.ts";
import { type Call, type Part, readParts } from "./call.ts";

/** The attempts of one call. */
export interface Attempts {
  /** Model of the current attempt. */
  readonly llm: LLM;
  /** Model name for results whose vendor reports none; if absent, they stay without. */
  readonly model?: string;
  /**
   * Prepares the next attempt after an error; false if the call fails with that error.
   *
   * @param usage Tokens of all failed attempts.
   */
  retry(error: unknown, usage: Usage | undefined): boolean | Promise<boolean>;
  /** Called when an attempt succeeded. */
  succeed?(): void;
}

/** Makes the attempts of a call. One that fails after text was yielded is followed by a `restart`. */
export async function* runAttempts(
  attempts: Attempts,
  call: Call,
): AsyncGenerator<Part, void, void> {
  let usage: Usage | undefined;
  let hasText = false;
  let isAnswered = false;
  let parts = readParts(call, attempts.llm);
  try {
    for (;;) {
      let next: IteratorResult<Part, void>;
      try {
        next = await parts.next();
      } catch (error) {
        if (isAnswered || call.signal?.aborted) throw error;
        usage = addFailure(usage, error);
        const isRetried = !isFinal(error) && await attempts.retry(error, usage);
        if (!isRetried) throw withUsage(error, usage);
        parts = readParts(call, attempts.llm);
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
        ? { type: "result", result: completed(part.result, attempts, usage) }
        : part;
    }
  } finally {
    await parts.return();
  }
}

/** True if the caller gave up, or if the program is wrong: another attempt cannot help. */
function isFinal(error: unknown): boolean {
  return error instanceof MisuseError || error instanceof Error && error.name === "AbortError";
}

/** Adds the usage of a failed attempt. */
export function addFailure(usage: Usage | undefined, error: unknown): Usage | undefined {
  const failed = error instanceof LLMError ? error.usage : undefined;
  return usage === undefined || failed === undefined ? usage ?? failed : addUsage(usage, failed);
}

/** The result with the usage of the failed attempts, and with the name of its model. */
function completed(
  result: LLMResult,
  { model }: Attempts,
  usage: Usage | undefined,
): LLMResult {
  // What is no result is reported by the core, in its own words.
  if (typeof result !== "object" || result === null) return result;
  return {
    ...result,
    ...(usage !== undefined && { usage: addUsage(usage, readUsage(result.usage) ?? {}) }),
    ...(model !== undefined && result.model === undefined && { model }),
  };
}

/**
 * The error with the usage of all attempts. Errors are not changed by those who pass
 * them on, so it is a copy of the same class, unless there is nothing to add.
 */
function withUsage(error: unknown, usage: Usage | undefined): unknown {
  if (usage === undefined || !(error instanceof LLMError) || error.usage === usage) return error;
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error));
  // The stack may be an accessor, which returns that of the object it is read from.
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    stack: { configurable: true, writable: true, value: error.stack },
    usage: { configurable: true, writable: true, enumerable: true, value: usage },
  });
}
