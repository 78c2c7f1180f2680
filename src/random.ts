/**
 * Chance that can be repeated.
 *
 * @module
 */

import { ConfigError, quote } from "./errors.ts";

/** Gives numbers from 0 up to, but never, 1. */
export type Random = () => number;

/**
 * Random numbers that are the same for the same whole number, and not for
 * cryptography. A counter in steps of the golden ratio, as in SplitMix (Steele,
 * Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014), mixed
 * by the 32-bit finalizer of MurmurHash3 (Austin Appleby, public domain).
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

/**
 * Makes sure that a seed is one, where there is one.
 *
 * @throws {ConfigError} if it is no whole number.
 */
export function checkSeed(seed: number | undefined): void {
  if (seed === undefined || Number.isSafeInteger(seed)) return;
  throw new ConfigError(`Cannot play by the seed ${quote(seed)}: expected a whole number`);
}

/** A whole number from 0 up to, but never, the limit. */
export function randomBelow(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

/** One of several; undefined where there is none. */
export function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[randomBelow(items.length, random)];
}
