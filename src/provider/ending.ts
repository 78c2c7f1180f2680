/**
 * Answers that did not end well.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Usage } from "../llm/llm.ts";
import { LLMError, type LLMErrorOptions } from "../llm/llm_error.ts";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMLengthError,
  LLMRefusalError,
} from "../llm/llm_errors.ts";

/** An ending that {@linkcode endingError} knows. */
export type BadEnding = "length" | "filter" | "refusal" | "failure" | "cut";

type ErrorClass = new (message: string, options: LLMErrorOptions) => LLMError;

const ENDINGS: Readonly<
  Record<BadEnding, readonly [type: ErrorClass, reason: string, isRetryable: boolean]>
> = {
  length: [LLMLengthError, "the answer was cut off at its token limit", false],
  filter: [LLMContentFilterError, "the content filter withheld the answer", false],
  refusal: [LLMRefusalError, "the model refused", false],
  failure: [LLMError, "the server failed while the model answered", true],
  cut: [LLMConnectionError, "the answer broke off before it was whole", true],
};

/**
 * Makes the error for an answer that did not end well.
 *
 * @param detail Added to the reason.
 */
export function endingError(
  name: string,
  ending: BadEnding,
  usage?: Usage,
  detail: string = "",
): LLMError {
  const [Type, reason, isRetryable] = ENDINGS[ending];
  const message = `Cannot ask ${quote(name)}: ${reason}${detail && `: ${detail}`}`;
  return new Type(message, { isRetryable, usage });
}
