/**
 * Why an answer ended.
 *
 * @module
 */
import { oneLine } from "../../json/one_line.ts";
import { quote } from "../../errors.ts";
import { LLMError, type LLMErrorOptions } from "../../llm/llm_error.ts";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMLengthError,
  LLMRefusalError,
} from "../../llm/llm_errors.ts";
import type { Usage } from "../../llm/llm.ts";
import { membersOf, textIn } from "./loose.ts";

/** What the end of an answer is judged by. */
export interface Ending {
  /** The model's name. */
  readonly name: string;
  /** Text in v2, `{ unified, raw }` from v3 on. */
  readonly finishReason: unknown;
  /** What it said. */
  readonly text: string;
  /** What it cost. */
  readonly usage: Usage | undefined;
}

/** The error of an answer that did not end well; undefined if it did, or if that is not known. */
export function endingError({ name, finishReason, text, usage }: Ending): LLMError | undefined {
  const { unified, raw } = readReason(finishReason);
  const options: LLMErrorOptions = usage === undefined ? {} : { usage };
  switch (unified) {
    case "length":
      return new LLMLengthError(
        `Cannot use the answer of model ${quote(name)}: it reached the most tokens it may have: ` +
          "expected a higher maxOutputTokens, or a smaller prompt",
        options,
      );
    case "content-filter":
      if (isRefusal(finishReason, raw)) {
        const said = text === "" ? "" : `: "${oneLine(text)}"`;
        return new LLMRefusalError(
          `Cannot get an answer from model ${quote(name)}: it refused${said}`,
          options,
        );
      }
      return new LLMContentFilterError(
        `Cannot get an answer from model ${quote(name)}: the vendor's filter withheld it` +
          (raw === undefined ? "" : ` (${oneLine(raw)})`),
        options,
      );
    case "error":
      return new LLMError(
        `Cannot use the answer of model ${quote(name)}: it ended with an error` +
          (raw === undefined ? "" : ` (${oneLine(raw)})`),
        { ...options, isRetryable: true },
      );
    case "interrupted":
      return cutOff(name, options);
    case "other":
    case "unknown":
      // Packages of v2 and v3 say no more of a stream that was cut.
      return raw === undefined && !isJson(text) ? cutOff(name, options) : undefined;
    default:
      return undefined;
  }
}

/** The error of an answer that broke off. */
export function cutOff(name: string, options?: LLMErrorOptions): LLMConnectionError {
  return new LLMConnectionError(
    `Cannot use the answer of model ${quote(name)}: it broke off before it was whole`,
    { ...options, isRetryable: true },
  );
}

function readReason(
  reason: unknown,
): { readonly unified: string | undefined; readonly raw: string | undefined } {
  if (typeof reason === "string") return { unified: reason, raw: undefined };
  const { unified, raw } = membersOf(reason);
  return { unified: textIn(unified), raw: textIn(raw) };
}

/**
 * Refusals come as `content-filter`: with Anthropic by their own reason, with
 * OpenAI by that of an answer that ended well, which its Responses do not have.
 */
function isRefusal(reason: unknown, raw: string | undefined): boolean {
  if (raw === undefined) return typeof reason === "object";
  return raw === "refusal" || raw === "stop";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
