/**
 * Endings of answers, by the finish reasons of vendors, and the error of each abnormal one.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Usage } from "../llm/llm.ts";
import { LLMError, type LLMErrorOptions } from "../llm/llm_error.ts";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMContextError,
  LLMLengthError,
  LLMRefusalError,
} from "../llm/llm_failures.ts";

/**
 * Reason for an abnormal ending: token limit, full context window, content filter, refusal, failure
 * of the server, or an incomplete response.
 */
export type FinishFailure = "length" | "context" | "filter" | "refusal" | "failure" | "cut";

/** Endings by finish reason, as {@linkcode findEnding} writes it. Unknown finish reasons are failures. */
const ENDINGS: ReadonlyMap<string, FinishFailure | "normal"> = new Map(
  Object.entries(
    {
      // `eos`, `end_of_text`: Together and Hugging Face. `end_turn`, `stop_sequence`: Claude.
      normal:
        "stop stop_sequence end_turn tool_calls tool_use function_call complete eos eos_token " +
        "end_of_text",
      length: "length max_tokens max_output_tokens max_new_tokens",
      // `model_length`: Mistral. `error_limit`: Cohere. The other: Claude.
      context: "model_length error_limit model_context_window_exceeded",
      // In order: OpenAI and Azure, Bedrock, Gemini, Zhipu, Bedrock, Cohere.
      filter:
        "content_filter content_filtered safety prohibited_content blocklist spii recitation " +
        "language image_safety image_prohibited_content image_recitation model_armor sensitive " +
        "guardrail_intervened error_toxic",
      refusal: "refusal",
      // `insufficient_system_resource`: DeepSeek. `network_error`: Zhipu. `pause_turn`: Claude.
      // `other`, `malformed_…`: Gemini. `abort`: vLLM and SGLang.
      failure: "error server_error insufficient_system_resource network_error pause_turn abort " +
        "other finish_reason_unspecified malformed_function_call malformed_response " +
        "unexpected_tool_call too_many_tool_calls",
    } satisfies Partial<Record<FinishFailure | "normal", string>>,
  ).flatMap(([ending, reasons]) =>
    reasons.split(" ").map((reason) => [reason, ending as FinishFailure | "normal"] as const)
  ),
);

/**
 * Returns the ending of a finish reason; undefined if the table does not have it. The AI SDK writes
 * `-` for `_`. Gemini's compatible endpoint adds a reason, as in `content_filter: SAFETY`.
 */
function findEnding(reason: string): FinishFailure | "normal" | undefined {
  return ENDINGS.get(reason.toLowerCase().replaceAll("-", "_").split(":")[0]!.trim());
}

/** Returns true if the table of endings has the finish reason of a vendor. */
export function isKnownFinishReason(reason: string): boolean {
  return findEnding(reason) !== undefined;
}

/**
 * Returns the failure of an answer; undefined if it can be read. An answer cannot be read after a
 * filter or a refusal. After a normal ending it can, because it is validated, so that the model
 * learns its mistake. After any other ending it can if it is a whole JSON object.
 *
 * @param reason Finish reason of the vendor; empty or undefined if there is none.
 * @param isWhole Returns true if the answer is a whole JSON object. Called only if that decides.
 */
export function findFinishFailure(
  reason: string | undefined,
  isWhole: () => boolean,
): FinishFailure | undefined {
  if (!reason) return undefined;
  const ending = findEnding(reason) ?? "failure";
  if (ending === "filter" || ending === "refusal") return ending;
  return ending === "normal" || isWhole() ? undefined : ending;
}

type ErrorClass = new (message: string, options: LLMErrorOptions) => LLMError;

const FINISH_FAILURES: Readonly<
  Record<FinishFailure, readonly [type: ErrorClass, reason: string, isRetryable: boolean]>
> = {
  length: [LLMLengthError, "the answer was cut off at the token limit", false],
  context: [LLMContextError, "the context window is full", false],
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
