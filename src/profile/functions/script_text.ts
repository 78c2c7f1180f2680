/**
 * Text of a script as V8 runs it, and positions in its source.
 *
 * @module
 */
import { findSourceMap, type SourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** Position in a text. */
export interface TextPlace {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
}

/** Column number beyond the end of any line. */
const END_OF_LINE = 0xffff;

/** Script as V8 runs it, with Deno's source map of its module. */
export class ScriptText {
  readonly #lineStarts: readonly number[];
  readonly #map: SourceMap | undefined;

  /**
   * Reads the source map of a script.
   *
   * @param id Identifier that V8 gave the script.
   */
  constructor(readonly id: string, url: string, readonly text: string) {
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.#map = findSourceMap(url.startsWith("file:") ? fileURLToPath(url) : url);
  }

  /** Returns the position of an offset in the script. */
  place(offset: number): TextPlace {
    const line = this.#lineStarts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - this.#lineStarts[line]! + 1 };
  }

  /** Returns the position of an offset in the source of the script. */
  sourcePlace(offset: number): TextPlace {
    const own = this.place(offset);
    let column = own.column - 1;
    // Code that the compiler added has no source line, so it is assigned to the line before it.
    for (let line = own.line - 1; line >= 0; line--) {
      const entry = this.#map?.findEntry(line, column);
      if (entry && "originalLine" in entry && entry.originalLine !== undefined) {
        return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
      }
      column = END_OF_LINE;
    }
    return own;
  }
}

/** Returns true if the first position is not after the second. */
export function isOrdered(first: TextPlace, second: TextPlace): boolean {
  return first.line < second.line ||
    first.line === second.line && first.column <= second.column;
}
