/**
 * The text of a tool's result, for the model and the log.
 *
 * @module
 */
import { writeJson, type WrittenValue } from "./json_writer.ts";

/** Limits of results. */
export interface ResultLimits {
  /** Maximum length of the text of a result; a longer one is cut. */
  readonly maxResultChars: number;
  /** Number of characters after which a result is not serialized further. */
  readonly maxOutputChars: number;
}

/** Text of a result. */
export interface ResultText {
  /** Text as the model sees it. */
  readonly text: string;
  /** Description of the first value that cannot be shown; absent if everything is shown. */
  readonly hidden?: string;
}

/**
 * Returns the text of a result: text as it is, everything else as JSON. Longer results are cut, with
 * a note about it. A result without a JSON form is described. Never throws or rejects. Returns a
 * promise only if the result contains promises.
 */
export function resultText(
  result: unknown,
  limits: ResultLimits,
): ResultText | Promise<ResultText> {
  if (typeof result === "string") return { text: cutText(result, limits.maxResultChars) };
  if (result === undefined) return { text: "null" };
  const written = writeJson(result, limits.maxOutputChars);
  return written instanceof Promise
    ? written.then((value) => showWritten(value, limits))
    : showWritten(written, limits);
}

function showWritten(
  { json, isWhole, hidden }: WrittenValue,
  { maxResultChars, maxOutputChars }: ResultLimits,
): ResultText {
  const text = json === undefined
    ? describeHidden(hidden!)
    : isWhole
    ? cutText(json, maxResultChars)
    : cutText(json, Math.min(maxResultChars, maxOutputChars), false);
  return hidden === undefined ? { text } : { text, hidden };
}

/** Returns the text of a result that cannot be shown. The model must know that the call was done. */
export function describeHidden(hidden: string): string {
  return `It ran. Its result (${hidden}) cannot be shown`;
}

/**
 * Cuts a text to `maxChars` characters, with a note about it.
 *
 * @param isWhole False if the text is the beginning of another, whose length is not known.
 */
export function cutText(text: string, maxChars: number, isWhole = true): string {
  if (text.length <= maxChars) return text;
  // A surrogate pair is not split.
  const isPair = /[\ud800-\udbff]/.test(text[maxChars - 1]!);
  const end = isPair ? maxChars - 1 : maxChars;
  const total = isWhole ? text.length : `at least ${text.length}`;
  return `${text.slice(0, end)}\n[cut: ${end} of ${total} characters]`;
}
