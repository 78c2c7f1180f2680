/**
 * Finish reasons of vendors, and the error of each.
 *
 * @module
 */
import { LLMError } from "@nomos/agent";
import {
  LLMContentFilterError,
  LLMContextError,
  LLMLengthError,
  LLMRefusalError,
} from "@nomos/agent/llm";

/** Ending of an answer. */
export interface Ending {
  readonly reasons: readonly string[];
  /** Class of the error for an answer that is cut off; undefined if the answer is validated. */
  readonly error: typeof LLMError | undefined;
  readonly isRetryable: boolean;
  /** True if a whole JSON object is accepted. */
  readonly acceptsWhole: boolean;
}

/** Endings of OpenAI-compatible servers, Azure, Gemini and Claude. */
export const ENDINGS: readonly Ending[] = [
  {
    reasons: ["stop", "tool_calls", "function_call", "end_turn", "stop_sequence", "STOP", "eos"],
    error: undefined,
    isRetryable: false,
    acceptsWhole: true,
  },
  {
    reasons: ["length", "max_tokens", "MAX_TOKENS"],
    error: LLMLengthError,
    isRetryable: false,
    acceptsWhole: true,
  },
  {
    reasons: ["model_length", "model_context_window_exceeded", "ERROR_LIMIT"],
    error: LLMContextError,
    isRetryable: false,
    acceptsWhole: true,
  },
  {
    reasons: [
      "content_filter",
      "content_filter: PROHIBITED_CONTENT",
      "content-filter",
      "ERROR_TOXIC",
      "IMAGE_RECITATION",
      "SAFETY",
      "PROHIBITED_CONTENT",
      "BLOCKLIST",
      "SPII",
      "RECITATION",
      "sensitive",
      "guardrail_intervened",
    ],
    error: LLMContentFilterError,
    isRetryable: false,
    acceptsWhole: false,
  },
  { reasons: ["refusal"], error: LLMRefusalError, isRetryable: false, acceptsWhole: false },
  {
    reasons: [
      "error",
      "insufficient_system_resource",
      "network_error",
      "pause_turn",
      "abort",
      "OTHER",
      "MALFORMED_FUNCTION_CALL",
      "of_a_later_version",
    ],
    error: LLMError,
    isRetryable: true,
    acceptsWhole: true,
  },
];
