/**
 * Finish reasons of AI SDK answers.
 *
 * @module
 */
import { isWholeObject } from "../../decision/output.ts";
import { redactSecrets } from "../../json/secret_patterns.ts";
import { oneLine } from "../../json/text.ts";
import type { Usage } from "../../llm/llm.ts";
import type { LLMError } from "../../llm/llm_error.ts";
import { createFinishError, findFinishFailure, isKnownFinishReason } from "../finish_error.ts";
import { asRecord, asString } from "../untrusted_values.ts";

/**
 * Returns the error for an abnormal finish reason; undefined if the answer can be read.
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
  const isWhole = () => isWholeObject(text);
  if (unified === "content-filter" && isRefusal(finishReason, raw)) {
    return createFinishError(name, "refusal", usage, oneLine(redactSecrets(text)));
  }
  // Packages of v2 and v3 report nothing else for an interrupted stream.
  const isCut = unified === "interrupted" ||
    raw === undefined && (unified === "other" || unified === "unknown");
  if (isCut) return isWhole() ? undefined : createFinishError(name, "cut", usage);
  const isUnknown = raw === undefined || !isKnownFinishReason(raw) && unified !== "other";
  const failure = findFinishFailure(isUnknown ? unified : raw, isWhole);
  if (failure === undefined) return undefined;
  const detail = failure === "length"
    ? "increase maxOutputTokens, which includes reasoning tokens"
    : oneLine(redactSecrets(raw ?? ""), 80);
  return createFinishError(name, failure, usage, detail);
}

/**
 * Distinguishes a refusal by the model from the vendor's content filter, which are both
 * unified to `content-filter`. For a refusal, the raw reason is `refusal` with Anthropic,
 * `stop` with OpenAI's Chat Completions, and absent with OpenAI's Responses API.
 */
function isRefusal(reason: unknown, raw: string | undefined): boolean {
  return raw === undefined ? typeof reason === "object" : raw === "refusal" || raw === "stop";
}
