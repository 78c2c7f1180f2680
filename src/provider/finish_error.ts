/**
 * Errors for answers with an abnormal finish reason.
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

/** Reason for an abnormal end: token limit, content filter, refusal, server failure, or incomplete response. */
export type FinishFailure = "length" | "filter" | "refusal" | "failure" | "cut";

type ErrorClass = new (message: string, options: LLMErrorOptions) => LLMError;

const FINISH_FAILURES: Readonly<
  Record<FinishFailure, readonly [type: ErrorClass, reason: string, isRetryable: boolean]>
> = {
  length: [LLMLengthError, "the answer was cut off at the token limit", false],
  filter: [LLMContentFilterError, "the content filter withheld the answer", false],
  refusal: [LLMRefusalError, "the model refused to answer", false],
  failure: [LLMError, "the server failed while the model was answering", true],
  cut: [LLMConnectionError, "the response ended before the answer was complete", true],
};

/**
 * Creates the error for an answer that ended abnormally.
 *
 * @param detail Text appended to the reason.
 */
export function createFinishError(
  name: string,
  failure: FinishFailure,
  usage?: Usage,
  detail: string = "",
): LLMError {
  const [Type, reason, isRetryable] = FINISH_FAILURES[failure];
  const message = `Cannot call model ${quote(name)}: ${reason}${detail && `: ${detail}`}`;
  return new Type(message, { isRetryable, usage });
}
