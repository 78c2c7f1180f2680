/**
 * Finish reasons of AI SDK answers.
 *
 * @module
 */
import { oneLine } from "../../json/text.ts";
import type { Usage } from "../../llm/llm.ts";
import type { LLMError } from "../../llm/llm_error.ts";
import { createFinishError } from "../finish_error.ts";
import { asRecord, asString, tryParseJson } from "../untrusted_values.ts";

/**
 * Returns the error for an abnormal finish reason; undefined if the reason is normal or unknown.
 *
 * @param finishReason A string in v2, `{ unified, raw }` since v3.
 */
export function findFinishError(
  name: string,
  finishReason: unknown,
  text: string,
  usage: Usage | undefined,
): LLMError | undefined {
  const members = asRecord(finishReason);
  const unified = asString(finishReason) ?? asString(members.unified);
  const raw = asString(members.raw);
  const detail = oneLine(raw ?? "");
  switch (unified) {
    case "length": {
      const advice = "increase maxOutputTokens, which includes reasoning tokens";
      return createFinishError(name, "length", usage, advice);
    }
    case "content-filter":
      return isRefusal(finishReason, raw)
        ? createFinishError(name, "refusal", usage, oneLine(text))
        : createFinishError(name, "filter", usage, detail);
    case "error":
      return createFinishError(name, "failure", usage, detail);
    case "interrupted":
      return createFinishError(name, "cut", usage);
    case "other":
    case "unknown":
      // Packages of v2 and v3 report nothing else for an interrupted stream.
      return raw === undefined && tryParseJson(text) === undefined
        ? createFinishError(name, "cut", usage)
        : undefined;
    default:
      return undefined;
  }
}

/**
 * Distinguishes a refusal by the model from the vendor's content filter, which are both
 * unified to `content-filter`. For a refusal, the raw reason is `refusal` with Anthropic,
 * `stop` with OpenAI's Chat Completions, and absent with OpenAI's Responses API.
 */
function isRefusal(reason: unknown, raw: string | undefined): boolean {
  return raw === undefined ? typeof reason === "object" : raw === "refusal" || raw === "stop";
}
