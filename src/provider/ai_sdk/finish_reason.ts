/**
 * Why an answer ended.
 *
 * @module
 */
import { oneLine } from "../../json/text.ts";
import type { Usage } from "../../llm/llm.ts";
import type { LLMError } from "../../llm/llm_error.ts";
import { endingError } from "../ending.ts";
import { jsonIn, membersOf, textIn } from "../reading.ts";

/**
 * The error of an answer that did not end well; undefined if it did, or if that is not known.
 *
 * @param finishReason Text in v2, `{ unified, raw }` from v3 on.
 */
export function errorAtEnd(
  name: string,
  finishReason: unknown,
  text: string,
  usage: Usage | undefined,
): LLMError | undefined {
  const members = membersOf(finishReason);
  const unified = textIn(finishReason) ?? textIn(members.unified);
  const raw = textIn(members.raw);
  const detail = oneLine(raw ?? "");
  switch (unified) {
    case "length": {
      const expected = "expected it to fit into maxOutputTokens, with the reasoning before it";
      return endingError(name, "length", usage, expected);
    }
    case "content-filter":
      return isRefusal(finishReason, raw)
        ? endingError(name, "refusal", usage, oneLine(text))
        : endingError(name, "filter", usage, detail);
    case "error":
      return endingError(name, "failure", usage, detail);
    case "interrupted":
      return endingError(name, "cut", usage);
    case "other":
    case "unknown":
      // Packages of v2 and v3 say no more of a stream that was cut.
      return raw === undefined && jsonIn(text) === undefined
        ? endingError(name, "cut", usage)
        : undefined;
    default:
      return undefined;
  }
}

/**
 * Refusals come as `content-filter`: with Anthropic by their own reason, with
 * OpenAI by that of an answer that ended well, which its Responses do not have.
 */
function isRefusal(reason: unknown, raw: string | undefined): boolean {
  return raw === undefined ? typeof reason === "object" : raw === "refusal" || raw === "stop";
}
