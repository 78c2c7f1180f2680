/**
 * Text of a script as V8 runs it, and positions in its source.
 *
 * @module
 */
import { findSourceMap, type SourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** Returns true for the URL of a module; native code and code of the runtime have others. */
export function isModuleUrl(url: string): boolean {
  return /^(?:file|https?):/.test(url);
}

/** Position in a text. */
export interface TextPlace {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
}

/** Column number beyond the end of any line. */
const END_OF_LINE = 0xffff;

/** Positions in the source of a module, by Deno's source map. */
export class SourcePlaces {
  readonly #map: SourceMap | undefined;

  /** Reads the source map, if the module has one. */
  constructor(url: string) {
    this.#map = findSourceMap(url.startsWith("file:") ? fileURLToPath(url) : url);
  }

  /** Returns the position in the source that belongs to one in the code that V8 runs. */
  find(own: TextPlace): TextPlace {
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

/** Script as V8 runs it. */
export class ScriptText {
  readonly #lineStarts: readonly number[];
  readonly #source: SourcePlaces;

  /**
   * Creates a script.
   *
   * @param id Identifier that V8 gave the script.
   */
  constructor(readonly id: string, url: string, readonly text: string) {
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.#source = new SourcePlaces(url);
  }

  /** Returns the position of an offset in the script. */
  place(offset: number): TextPlace {
    const line = this.#lineStarts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - this.#lineStarts[line]! + 1 };
  }

  /** Returns the position of an offset in the source of the script. */
  sourcePlace(offset: number): TextPlace {
    return this.#source.find(this.place(offset));
  }
}

/** Returns true if the first position is not after the second. */
export function isOrdered(first: TextPlace, second: TextPlace): boolean {
  return first.line < second.line ||
    first.line === second.line && first.column <= second.column;
}
