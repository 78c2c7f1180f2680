/**
 * Text of users, models and tools as terminals and messages show it.
 *
 * @module
 */
import { oneLine } from "../json/text.ts";

/** Characters that change the direction of the text around them, or do not show. */
const HIDDEN_REGEXP =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Returns the text on one line, cut to about `maxChars`, with whatever does not show spelled out. */
export function printable(text: string, maxChars: number): string {
  return oneLine(text, maxChars).replace(
    HIDDEN_REGEXP,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Returns the part of a text that shows its first difference from another, at most `width` long. */
export function excerpt(text: string, other: string, width: number): string {
  if (text.length <= width) return text;
  const [at] = commonEnds(text, other);
  const start = Math.max(0, Math.min(at - width / 4, text.length - width));
  const end = start + width;
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}

/** Returns how many characters two texts have in common at their beginnings, and then at their ends. */
export function commonEnds(a: string, b: string): readonly [start: number, end: number] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [start, end];
}
