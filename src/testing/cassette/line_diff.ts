/**
 * What changed between two texts, line by line, to be read in a terminal.
 *
 * @module
 */

/** With more changes than this, the shortest way between two texts is not looked for. */
const MAX_CHANGES = 400;
/** Lines shown around a change. */
const CONTEXT = 2;
/** Lines shown at most. */
const MAX_LINES = 60;
/** Characters of a line shown at most, and how many of them before its first difference. */
const [MAX_WIDTH, LEAD] = [160, 40];

/** A line of both texts, of the first only, or of the second only. */
interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/**
 * The lines in which two texts differ, with a few around them: those of the
 * first text with `-`, those of the second with `+`. Empty if they are equal.
 * Long lines and long differences are cut; what a terminal might obey is escaped.
 */
export function lineDiff(before: string, after: string): string {
  if (before === after) return "";
  const lines = compare(before.split("\n"), after.split("\n"));
  const output: string[] = [];
  // The index behind the last line that has a change near it.
  let nearUntil = 0;
  for (const [index, { mark, text }] of lines.entries()) {
    if (output.length >= MAX_LINES) {
      const left = lines.slice(index).filter(({ mark }) => mark !== " ").length;
      if (left > 0) output.push(`… ${left} more lines differ`);
      break;
    }
    const isNear = lines.slice(index, index + CONTEXT + 1).some(({ mark }) => mark !== " ");
    if (mark !== " ") nearUntil = index + CONTEXT + 1;
    if (isNear || index < nearUntil) {
      output.push(`${mark} ${printable(cut(text, firstDifference(lines, index)))}`);
    } else if (output.at(-1) !== "  …") output.push("  …");
  }
  return output.join("\n");
}

/** Both texts as one list. Equal lines at both ends are many, and are found first. */
function compare(before: readonly string[], after: readonly string[]): DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const changed = before.slice(start, before.length - end);
  return [
    ...before.slice(0, start).map((text) => ({ mark: " ", text }) as const),
    ...removedFirst(shortestEdit(changed, after.slice(start, after.length - end))),
    ...before.slice(before.length - end).map((text) => ({ mark: " ", text }) as const),
  ];
}

/**
 * The fewest lines to take out and to put in, by the greedy algorithm of Myers
 * (1986): for each number of changes, how far they lead on each diagonal.
 */
function shortestEdit(before: readonly string[], after: readonly string[]): DiffLine[] {
  const furthest = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  const most = Math.min(before.length + after.length, MAX_CHANGES);
  for (let changes = 0; changes <= most; changes++) {
    trail.push(new Map(furthest));
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      const from = previousDiagonal(furthest, diagonal, changes);
      let x = furthest.get(from)! + (from < diagonal ? 1 : 0);
      while (
        x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]
      ) x++;
      furthest.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(before, after, trail);
    }
  }
  return [
    ...before.map((text) => ({ mark: "-", text }) as const),
    ...after.map((text) => ({ mark: "+", text }) as const),
  ];
}

/** The diagonal from which one more change leads furthest: from below by a removal, else by an addition. */
function previousDiagonal(
  furthest: ReadonlyMap<number, number>,
  diagonal: number,
  changes: number,
): number {
  const isAddition = diagonal === -changes ||
    diagonal !== changes && furthest.get(diagonal - 1)! < furthest.get(diagonal + 1)!;
  return isAddition ? diagonal + 1 : diagonal - 1;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  trail: readonly ReadonlyMap<number, number>[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  for (let changes = trail.length - 1; changes > 0; changes--) {
    const furthest = trail[changes]!;
    const from = previousDiagonal(furthest, x - y, changes);
    const [fromX, fromY] = [furthest.get(from)!, furthest.get(from)! - from];
    for (; x > fromX && y > fromY; x--, y--) lines.push({ mark: " ", text: before[x - 1]! });
    lines.push(
      x === fromX ? { mark: "+", text: after[y - 1]! } : { mark: "-", text: before[x - 1]! },
    );
    [x, y] = [fromX, fromY];
  }
  for (; x > 0; x--) lines.push({ mark: " ", text: before[x - 1]! });
  return lines.reverse();
}

/** The same lines; in each run of changes what is removed stands first. */
function removedFirst(lines: readonly DiffLine[]): DiffLine[] {
  const sorted: DiffLine[] = [];
  let added: DiffLine[] = [];
  for (const line of lines) {
    if (line.mark === "+") added.push(line);
    else {
      if (line.mark === " ") {
        for (const one of added) sorted.push(one);
        added = [];
      }
      sorted.push(line);
    }
  }
  return [...sorted, ...added];
}

/** Where a changed line first differs from the one that takes its place, or whose place it takes. */
function firstDifference(lines: readonly DiffLine[], index: number): number {
  const { mark, text } = lines[index]!;
  if (mark === " " || text.length <= MAX_WIDTH) return 0;
  let start = index;
  while (start > 0 && lines[start - 1]!.mark !== " ") start--;
  let middle = start;
  while (lines[middle]?.mark === "-") middle++;
  const isRemoved = mark === "-";
  const other = lines[isRemoved ? middle + index - start : start + index - middle];
  if (other?.mark !== (isRemoved ? "+" : "-")) return 0;
  let at = 0;
  while (at < text.length && text[at] === other.text[at]) at++;
  return at;
}

function cut(text: string, at: number): string {
  if (text.length <= MAX_WIDTH) return text;
  const start = Math.max(0, Math.min(at - LEAD, text.length - MAX_WIDTH));
  const end = start + MAX_WIDTH;
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}

/** What a terminal obeys, and what does not show. */
const UNPRINTABLE_REGEXP =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu;

function printable(text: string): string {
  return text.replace(UNPRINTABLE_REGEXP, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
