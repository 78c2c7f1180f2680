/**
 * The failure of a language model.
 *
 * @module
 */
import { MisuseError, RunError } from "../errors.ts";
import type { Usage } from "./llm.ts";

/** What is known of a failed model call. */
export interface LLMErrorOptions extends ErrorOptions {
  /** Whether the same request may succeed later. Default: false. */
  readonly isRetryable?: boolean;
  /** How long the vendor asks to wait before the next request, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** What the failed call cost all the same. */
  readonly usage?: Usage | undefined;
}

/** A language model failed. The session is `interrupted`; `resume()` asks again. */
export class LLMError extends RunError {
  /** `"LLM_FAILED"`; a subclass may be more exact. */
  readonly code: string = "LLM_FAILED";
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean;
  /** How long the vendor asks to wait before the next request, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** What the failed call cost all the same, where the vendor says so. */
  readonly usage: Usage | undefined;

  /** Makes the error from what could not be done, and what is known of it. */
  constructor(message: string, options: LLMErrorOptions = {}) {
    super(message, options);
    this.isRetryable = options.isRetryable ?? false;
    this.retryAfter = options.retryAfter;
    this.usage = options.usage;
  }
}

/**
 * Whether what a model threw is told as it is: what is wrong with the program,
 * and what the model knows better of its own failure.
 */
export function isOwnError(thrown: unknown): thrown is LLMError | MisuseError {
  try {
    return thrown instanceof LLMError || thrown instanceof MisuseError;
  } catch {
    return false;
  }
}
