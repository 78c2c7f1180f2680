/**
 * The ways in which a call to a real model fails, for programs that tell them apart.
 *
 * @module
 */
import { LLMError, type LLMErrorOptions } from "./llm_error.ts";

/** The model would not answer. The same request is refused again. */
export class LLMRefusalError extends LLMError {
  /** `"LLM_REFUSED"` */
  override readonly code = "LLM_REFUSED";
}

/** The answer was cut off: it reached the most tokens that the model may write. */
export class LLMLengthError extends LLMError {
  /** `"LLM_LENGTH"` */
  override readonly code = "LLM_LENGTH";
}

/** The vendor's filter withheld the answer, or would not take the prompt. */
export class LLMContentFilterError extends LLMError {
  /** `"LLM_CONTENT_FILTER"` */
  override readonly code = "LLM_CONTENT_FILTER";
}

/** The vendor does not take the schema, or the model would answer without it. */
export class LLMSchemaError extends LLMError {
  /** `"LLM_SCHEMA"` */
  override readonly code = "LLM_SCHEMA";
}

/** The server answered with an error of HTTP. */
export class LLMHttpError extends LLMError {
  /** `"LLM_HTTP"` */
  override readonly code = "LLM_HTTP";
  /** The status of the response, for example 429. */
  readonly status: number;

  /** Makes the error from what could not be done, the status, and what is known of it. */
  constructor(message: string, status: number, options?: LLMErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The server could not be reached, or the connection broke before the answer was whole. */
export class LLMConnectionError extends LLMError {
  /** `"LLM_CONNECTION"` */
  override readonly code = "LLM_CONNECTION";
}

/** The answer, or the next piece of it, took longer than was allowed. */
export class LLMTimeoutError extends LLMError {
  /** `"LLM_TIMEOUT"` */
  override readonly code = "LLM_TIMEOUT";
}
