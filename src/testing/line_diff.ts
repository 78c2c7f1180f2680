/**
 * Line-by-line difference between two texts, for terminals.
 *
 * @module
 */
import { diffArrays } from "diff";
import { cutAroundDifference } from "./text.ts";

/** Maximum number of changed lines for which the shortest difference is computed. */
const MAX_CHANGES = 400;
/** Number of lines shown around a change. */
const CONTEXT = 2;
/** Maximum number of lines shown. */
const MAX_LINES = 60;
/** Maximum number of characters shown of a line. */
const MAX_WIDTH = 160;

/** A line of both texts (" "), only of the first ("-") or only of the second ("+"). */
interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/**
 * Returns the lines in which two texts differ, with two lines of context. Lines
 * of the first text start with `-`, lines of the second with `+`. Empty if the
 * texts are equal. Long lines and long differences are cut; control characters
 * are escaped.
 */
export function formatLineDiff(before: string, after: string): string {
  if (before === after) return "";
  const lines = listDiffLines(before.split("\n"), after.split("\n"));
  const isChanged = ({ mark }: DiffLine) => mark !== " ";
  const output: string[] = [];
  for (const [index, { mark, text }] of lines.entries()) {
    if (output.length >= MAX_LINES) {
      const left = lines.slice(index).filter(isChanged).length;
      if (left > 0) output.push(`… ${left} more lines differ`);
      break;
    }
    const around = lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1);
    if (around.some(isChanged)) output.push(`${mark} ${escapeUnprintable(text)}`);
    else if (output.at(-1) !== "  …") output.push("  …");
  }
  return output.join("\n");
}

/** Lists the lines of both texts. Removed lines come before the added ones that replace them. */
function listDiffLines(before: string[], after: string[]): DiffLine[] {
  const changes = diffArrays(before, after, { maxEditLength: MAX_CHANGES }) ?? [
    { removed: true, added: false, value: before },
    { removed: false, added: true, value: after },
  ];
  return changes.flatMap(({ removed, added, value }, at): DiffLine[] => {
    const mark = removed ? "-" : added ? "+" : " ";
    // Lines on the other side of a replacement.
    const other = removed ? changes[at + 1] : changes[at - 1];
    const isReplaced = mark !== " " && (other?.added || other?.removed);
    return value.map((line, index) => {
      return {
        mark,
        text: cutAroundDifference(line, isReplaced && other.value[index] || "", MAX_WIDTH),
      };
    });
  });
}

/** Matches control characters and invisible characters. */
const UNPRINTABLE_REGEXP =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu;

function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE_REGEXP, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
