/**
 * What the failed attempts of a call cost, so that it is not lost.
 *
 * @module
 */
import type { LLMResult, Usage } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { addUsage, readUsage } from "../usage.ts";

/** What was spent so far, and what a failed attempt cost. */
export function addFailure(spent: Usage | undefined, error: unknown): Usage | undefined {
  const usage = error instanceof LLMError ? error.usage : undefined;
  return spent === undefined || usage === undefined ? spent ?? usage : addUsage(spent, usage);
}

/** The result with what was spent before it. */
export function addToResult(result: LLMResult, spent: Usage | undefined): LLMResult {
  if (spent === undefined) return result;
  return { ...result, usage: addUsage(spent, readUsage(result.usage) ?? {}) };
}

/**
 * The error with what was spent in all. It is the same object if there is nothing
 * to add, else a copy of its class, for errors are not changed by those who pass
 * them on.
 */
export function withSpent(error: unknown, spent: Usage | undefined): unknown {
  if (spent === undefined || !(error instanceof LLMError) || error.usage === spent) return error;
  const copy = Object.setPrototypeOf(new Error(error.message), Object.getPrototypeOf(error));
  // The stack may be an accessor, which gives that of the object it is read from.
  return Object.defineProperties(copy, {
    ...Object.getOwnPropertyDescriptors(error),
    stack: { configurable: true, writable: true, value: error.stack },
    usage: { configurable: true, writable: true, enumerable: true, value: spent },
  });
}
