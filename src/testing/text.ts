/**
 * Formatting of untrusted text for terminals and error messages.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import { oneLine } from "../json/text.ts";

/** Matches invisible characters and those that change the direction of text. */
const HIDDEN_REGEXP =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Returns the text on one line, cut to about `maxChars`, with invisible characters escaped. */
export function escapeHidden(text: string, maxChars: number): string {
  return oneLine(text, maxChars).replace(
    HIDDEN_REGEXP,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Describes a thrown value by its class and its message. */
export function describeThrown(error: unknown): string {
  return `${error instanceof Error ? error.name : typeof error}: ${reasonOf(error)}`;
}

/** Returns at most `width` characters of a text, around its first difference from another text. */
export function cutAroundDifference(text: string, other: string, width: number): string {
  if (text.length <= width) return text;
  const [at] = measureCommonEnds(text, other);
  const start = Math.max(0, Math.min(at - width / 4, text.length - width));
  const end = start + width;
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}

/** Returns the lengths of the common prefix and of the common suffix of two texts. */
export function measureCommonEnds(a: string, b: string): readonly [start: number, end: number] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [start, end];
}
