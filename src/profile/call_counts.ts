/**
 * Exact call counts, from V8's block coverage: how often each function was
 * entered, at its position in the TypeScript file.
 *
 * The counter of a function stands at its entry, so an async function counts
 * once per call, however often it is resumed. Counts are exact only when the
 * code was loaded after counting began and nothing is inlined: see
 * `call_counter.ts`.
 *
 * @module
 */

import type { FunctionPlace } from "./function_place.ts";

/** One function of a coverage report. The first range is the whole function. */
export interface FunctionCoverage {
  /** The name; empty for anonymous functions and the top level of a module. */
  readonly functionName: string;
  /** Character ranges of the loaded JavaScript; the first one counts the calls. */
  readonly ranges: readonly {
    readonly startOffset: number;
    readonly endOffset: number;
    readonly count: number;
  }[];
}

/** What V8 counted in one module. */
export interface ScriptCoverage {
  /** The module. */
  readonly url: string;
  /** Its functions. */
  readonly functions: readonly FunctionCoverage[];
}

/** How often one function was called. */
export interface FunctionCount {
  /** The function. */
  readonly place: FunctionPlace;
  /** The number of calls. */
  readonly calls: number;
}

/** A position, counted from 0. */
export interface Position {
  /** The line. */
  readonly line: number;
  /** The column. */
  readonly column: number;
}

/**
 * Turns the counts of one module into functions at TypeScript positions.
 *
 * @param script What V8 counted.
 * @param text The JavaScript that was loaded, which the offsets refer to.
 * @param original Maps a position of that JavaScript to the source file;
 *   `undefined` where the source map has nothing.
 * @returns The functions that were called at least once.
 */
export function functionCounts(
  script: ScriptCoverage,
  text: string,
  original: (position: Position) => Position | undefined,
): FunctionCount[] {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    lineStarts.push(at + 1);
  }
  const counts: FunctionCount[] = [];
  for (const { functionName, ranges } of script.functions) {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) continue;
    const isModule = functionName === "" && whole.startOffset === 0 &&
      whole.endOffset >= text.length;
    const generated = positionAt(profiledOffset(text, whole.startOffset), lineStarts);
    const { line, column } = original(generated) ?? generated;
    counts.push({
      place: {
        name: functionName !== "" ? functionName : isModule ? "(module)" : "(anonymous)",
        url: script.url,
        line: line + 1,
        column: column + 1,
      },
      calls: whole.count,
    });
  }
  return counts;
}

/**
 * The offset that the sampling profiler gives for the function whose text begins
 * at `start`: that of the parameter list, or the beginning of an arrow function,
 * a class or a module.
 */
function profiledOffset(text: string, start: number): number {
  const head = text.slice(start, start + 200);
  if (start === 0 || /^(async\s*)?(\(|[\w$]+\s*=>)|^class\b/.test(head)) return start;
  const isFunction =
    /^(?:async\b|function\b|get\b|set\b|static\b|[\s*])*(?:[#\w$]+|"[^"]*"|'[^']*'|\[.*?\])?\s*\(/s
      .exec(head);
  return isFunction === null ? start : start + isFunction[0].length - 1;
}

function positionAt(offset: number, lineStarts: readonly number[]): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: offset - lineStarts[low]! };
}
