/** Assertions that two values are the same, deeply or strictly. @module */

import { AssertionError } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { difference, ending, show } from "./message.ts";

/** Fails unless the values are deeply equal by {@linkcode equal}. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(`Values are not equal${ending(msg)}\n${difference(actual, expected)}`);
}

/** Fails when the values are deeply equal by {@linkcode equal}. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} not to be: ${show(expected)}${ending(msg)}`,
  );
}

/** Fails unless the values are the same by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const shown = show(actual);
  throw new AssertionError(
    shown === show(expected)
      ? `Values have the same structure but are not reference-equal${ending(msg)}\n\n${shown}\n`
      : `Values are not strictly equal${ending(msg)}\n${difference(actual, expected)}`,
  );
}

/** Fails when the values are the same by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${show(actual)}${ending(msg)}\n`,
  );
}
