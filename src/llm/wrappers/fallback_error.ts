/**
 * The error of a call for which no model had an answer.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import type { Usage } from "../llm.ts";
import { LLMError } from "../llm_error.ts";

/** A model that failed, and how. */
export interface ModelFailure {
  /** The name of the model. */
  readonly model: string;
  /** What it threw. */
  readonly error: unknown;
}

/**
 * None of the models of a {@linkcode fallback} had an answer. It may be retried if
 * one of their errors may; the shortest `retryAfter` of those holds. Its `usage` is
 * what all of them cost, and its `cause` an `AggregateError` of their errors.
 */
export class LLMFallbackError extends LLMError {
  /** `"LLM_FALLBACK"` */
  override readonly code = "LLM_FALLBACK";
  /** The models and their errors, in the order in which they were asked. */
  readonly failures: readonly ModelFailure[];

  /** Makes the error from what failed, and what that cost in all. */
  constructor(failures: readonly ModelFailure[], usage?: Usage) {
    const reasons = failures.map(({ model, error }) => `\n- ${quote(model)}: ${reasonOf(error)}`);
    const passing = failures.flatMap(({ error }) =>
      error instanceof LLMError && error.isRetryable ? [error.retryAfter ?? 0] : []
    );
    const retryAfter = Math.min(...passing);
    super(`Cannot get an answer from any of ${failures.length} models:${reasons.join("")}`, {
      cause: new AggregateError(failures.map(({ error }) => error)),
      isRetryable: passing.length > 0,
      ...(retryAfter > 0 && retryAfter < Infinity && { retryAfter }),
      ...(usage !== undefined && { usage }),
    });
    this.failures = failures;
  }
}
