/**
 * Pseudorandom numbers that a seed makes reproducible.
 *
 * @module
 */

/** Returns a random number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/**
 * Creates a pseudorandom number generator. Equal seeds return equal numbers. Not for
 * cryptography.
 *
 * Its counter advances by the golden ratio, as in SplitMix (Steele, Lea and Flood, "Fast
 * Splittable Pseudorandom Number Generators", 2014). The 32-bit finalizer of MurmurHash3
 * (Austin Appleby, public domain) mixes it.
 */
export function seededRandom(seed: number): Random {
  let counter = seed | 0;
  return () => {
    counter = counter + 0x9e3779b9 | 0;
    let mixed = Math.imul(counter ^ counter >>> 16, 0x85ebca6b);
    mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
    return ((mixed ^ mixed >>> 16) >>> 0) / 2 ** 32;
  };
}

/** Returns a random whole number from 0 (inclusive) to `limit` (exclusive). */
export function randomBelow(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

/** Returns a random item; undefined if there is none. */
export function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[randomBelow(items.length, random)];
}
