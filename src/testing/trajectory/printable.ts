/**
 * Text of users, models and tools, made safe for a terminal and a transcript.
 *
 * @module
 */
import { oneLine } from "../../json/one_line.ts";

/** What changes the direction of the text around it, or does not show at all. */
const HIDDEN_REGEXP =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** The text on one line, cut to about so many characters, whatever does not show spelled out. */
export function printable(text: string, maxChars: number): string {
  return oneLine(text, maxChars).replace(
    HIDDEN_REGEXP,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
