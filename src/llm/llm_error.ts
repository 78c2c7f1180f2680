/**
 * Base class of model failures, and the failure of a mock model.
 *
 * @module
 */
import { MisuseError, RunError } from "../errors.ts";
import type { CallTiming } from "./call_timing.ts";
import type { Usage } from "./llm.ts";

/** Details of a failed model call. */
export interface LLMErrorOptions extends ErrorOptions {
  /** True if the same request may succeed later. `@default {false}` */
  readonly isRetryable?: boolean;
  /**
   * Delay that the vendor asks for before the next request, in milliseconds. Default: not known.
   */
  readonly retryAfter?: number | undefined;
  /** Token usage of the failed call. Default: not known. */
  readonly usage?: Usage | undefined;
  /** Course of the failed call. Default: not known. */
  readonly timing?: CallTiming | undefined;
}

/**
 * Thrown if a call of a language model failed. The session is `interrupted`; `resume()` repeats the
 * call.
 */
export class LLMError extends RunError {
  /** `"LLM_FAILED"`; subclasses have more specific codes. */
  readonly code: string = "LLM_FAILED";
  /** True if the same request may succeed later. */
  readonly isRetryable: boolean;
  /** Delay that the vendor asks for before the next request, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** Token usage of the failed call, if the vendor reports it. */
  readonly usage: Usage | undefined;
  /** Course of the failed call; see `LLMResult.timing`. */
  declare readonly timing?: CallTiming;

  /** Creates the error of a failed call. It is not retryable unless the options say so. */
  constructor(message: string, options: LLMErrorOptions = {}) {
    super(message, options);
    this.isRetryable = options.isRetryable ?? false;
    this.retryAfter = options.retryAfter;
    this.usage = options.usage;
    if (options.timing !== undefined) this.timing = options.timing;
  }
}

/**
 * Thrown if a {@linkcode MockLLM} cannot answer: its script does not match the agent's behaviour,
 * or it cannot generate a value that satisfies a schema.
 */
export class MockLLMError extends LLMError {
  /** `"MOCK_LLM"` */
  override readonly code = "MOCK_LLM";
}

/**
 * Returns true for a model failure or a mistake in the program, which callers of a model
 * rethrow unchanged. They wrap all other errors in an {@linkcode LLMError}.
 */
export function isLLMOrMisuseError(thrown: unknown): thrown is LLMError | MisuseError {
  try {
    return thrown instanceof LLMError || thrown instanceof MisuseError;
  } catch {
    return false;
  }
}
