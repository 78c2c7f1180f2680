/**
 * Differences between two texts, line by line, to be read in a terminal.
 *
 * @module
 */
import { diffArrays } from "diff";
import { excerpt } from "./text.ts";

/** Number of changes above which the shortest difference is not searched for. */
const MAX_CHANGES = 400;
/** Number of lines shown around a change. */
const CONTEXT = 2;
/** Maximum number of lines shown. */
const MAX_LINES = 60;
/** Maximum number of characters shown of a line. */
const MAX_WIDTH = 160;

/** A line of both texts, of the first only, or of the second only. */
interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/**
 * Returns the lines in which two texts differ, with a few around them: those of
 * the first text with `-`, those of the second with `+`. Empty if they are equal.
 * Long lines and long differences are cut; what a terminal might obey is escaped.
 */
export function lineDiff(before: string, after: string): string {
  if (before === after) return "";
  const lines = compare(before.split("\n"), after.split("\n"));
  const isChanged = ({ mark }: DiffLine) => mark !== " ";
  const output: string[] = [];
  for (const [index, { mark, text }] of lines.entries()) {
    if (output.length >= MAX_LINES) {
      const left = lines.slice(index).filter(isChanged).length;
      if (left > 0) output.push(`… ${left} more lines differ`);
      break;
    }
    const around = lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1);
    if (around.some(isChanged)) output.push(`${mark} ${escaped(text)}`);
    else if (output.at(-1) !== "  …") output.push("  …");
  }
  return output.join("\n");
}

/** Lists the lines of both texts; in each run of changes those that were removed come first. */
function compare(before: string[], after: string[]): DiffLine[] {
  const changes = diffArrays(before, after, { maxEditLength: MAX_CHANGES }) ?? [
    { removed: true, added: false, value: before },
    { removed: false, added: true, value: after },
  ];
  return changes.flatMap(({ removed, added, value }, at): DiffLine[] => {
    const mark = removed ? "-" : added ? "+" : " ";
    // The lines that took the place of these, or whose place these took.
    const other = removed ? changes[at + 1] : changes[at - 1];
    const isReplaced = mark !== " " && (other?.added || other?.removed);
    return value.map((line, place) => {
      return { mark, text: excerpt(line, isReplaced && other.value[place] || "", MAX_WIDTH) };
    });
  });
}

/** Characters that a terminal obeys, and those that do not show. */
const UNPRINTABLE_REGEXP =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu;

function escaped(text: string): string {
  return text.replace(UNPRINTABLE_REGEXP, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
