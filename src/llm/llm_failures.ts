/**
 * Error classes for failures of real models.
 *
 * @module
 */
import { LLMError, type LLMErrorOptions } from "./llm_error.ts";

/** Thrown if the model refused to answer. Retrying does not help. */
export class LLMRefusalError extends LLMError {
  /** `"LLM_REFUSED"` */
  override readonly code = "LLM_REFUSED";
}

/**
 * Thrown if the answer was cut off at the maximum number of output tokens, or was ended because
 * only white space still arrived. The latter is retryable, once.
 */
export class LLMLengthError extends LLMError {
  /** `"LLM_LENGTH"` */
  override readonly code = "LLM_LENGTH";
}

/** Thrown if the prompt is longer than the context window of the model, or the answer filled it. */
export class LLMContextError extends LLMError {
  /** `"LLM_CONTEXT"` */
  override readonly code = "LLM_CONTEXT";
}

/** Thrown if the vendor's content filter withheld the answer or rejected the prompt. */
export class LLMContentFilterError extends LLMError {
  /** `"LLM_CONTENT_FILTER"` */
  override readonly code = "LLM_CONTENT_FILTER";
}

/** Thrown if the vendor rejected the schema, or the model would answer without it. */
export class LLMSchemaError extends LLMError {
  /** `"LLM_SCHEMA"` */
  override readonly code = "LLM_SCHEMA";
}

/** Thrown if the server responded with an HTTP error. */
export class LLMHttpError extends LLMError {
  /** `"LLM_HTTP"` */
  override readonly code = "LLM_HTTP";
  /** HTTP status of the response, for example 429. */
  readonly status: number;

  /** Creates the error. `status` is the HTTP status of the response. */
  constructor(message: string, status: number, options?: LLMErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * Thrown if the server could not be reached, or the connection broke before the answer was
 * complete.
 */
export class LLMConnectionError extends LLMError {
  /** `"LLM_CONNECTION"` */
  override readonly code = "LLM_CONNECTION";
}

/** Thrown if the answer, or its next chunk, exceeded the time limit. */
export class LLMTimeoutError extends LLMError {
  /** `"LLM_TIMEOUT"` */
  override readonly code = "LLM_TIMEOUT";
}

/** Returns the errors of the models of `fallback()`, if all failed; otherwise the error. */
function listErrors(error: unknown): readonly unknown[] {
  if (!(error instanceof LLMError) || !("failures" in error)) return [error];
  const { failures } = error;
  if (!Array.isArray(failures)) return [error];
  return failures.flatMap((one: { readonly error: unknown }) => listErrors(one.error));
}

/** Returns true if a model reported a full context; of several that failed, one is enough. */
export function isContextFull(error: unknown): boolean {
  return listErrors(error).some((one) => one instanceof LLMContextError);
}

/** Returns true if the server refused the request, which costs nothing; of several, all did. */
export function isRefused(error: unknown): boolean {
  return listErrors(error).every((one) =>
    one instanceof LLMHttpError || one instanceof LLMContextError
  );
}
