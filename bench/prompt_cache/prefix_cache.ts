/**
 * A cache of prompts, as model servers have it.
 *
 * @module
 */

/** Remembers texts, and finds the longest beginning that one of them has in common with another. */
export class PrefixCache {
  readonly #seen: string[] = [];
  readonly #kept: number;

  /** Makes a cache that keeps so many texts, the latest. Default: all. */
  constructor(kept: number = Infinity) {
    this.#kept = kept;
  }

  /** How many characters at the beginning of a text were seen before. Afterwards all of them are. */
  take(text: string): number {
    let length = 0;
    for (const seen of this.#seen) {
      const end = Math.min(seen.length, text.length);
      // Most texts share less than what was found already, which one comparison tells.
      if (!seen.startsWith(text.slice(0, length))) continue;
      while (length < end && seen.charCodeAt(length) === text.charCodeAt(length)) length++;
    }
    this.#seen.push(text);
    if (this.#seen.length > this.#kept) this.#seen.shift();
    return length;
  }
}
