/** Assertions about which value is greater, and by how much. @module */

import { AssertionError } from "./assertion_error.ts";
import { ending, show } from "./message.ts";

/** Fails unless `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(msg ?? `Expect ${show(actual)} > ${show(expected)}`);
}

/** Fails unless `actual` is greater than `expected` or the same. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual >= expected) return;
  throw new AssertionError(msg ?? `Expect ${show(actual)} >= ${show(expected)}`);
}

/** Fails unless `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(msg ?? `Expect ${show(actual)} < ${show(expected)}`);
}

/** Fails unless `actual` is less than `expected` or the same. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual <= expected) return;
  throw new AssertionError(msg ?? `Expect ${show(actual)} <= ${show(expected)}`);
}

/**
 * Fails unless the numbers are closer than the tolerance.
 *
 * @param actual The number there is.
 * @param expected The number there should be.
 * @param tolerance How far apart they may be; by default one ten-millionth of `expected`.
 * @param msg What to add to the message.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const distance = Math.abs(expected - actual);
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (distance <= allowed) return;
  throw new AssertionError(
    `Expected actual: "${digits(actual)}" to be close to "${digits(expected)}": ` +
      `delta "${digits(distance)}" is greater than "${digits(allowed)}"${ending(msg)}`,
  );
}

function digits(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toExponential();
}
