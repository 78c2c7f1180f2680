/** The assertion that a list holds certain values. @module */

import { AssertionError } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { ending, show } from "./message.ts";

/** A list of any kind, but not a string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Fails unless every expected value is in the list, compared by {@linkcode equal}. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<NoInfer<T>>,
  msg?: string,
): void {
  const values = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !values.some((value) => equal(item, value))
  );
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${show(actual)}" to include: "${show(expected)}"${ending(msg)}\n` +
      `missing: ${show(missing)}`,
  );
}
