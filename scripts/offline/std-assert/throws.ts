/** The assertion that a function throws. @module */

import { AssertionError } from "./assertion_error.ts";
import { assertExpectedError, type ErrorClass, readExpectedError } from "./expected_error.ts";
import { ending } from "./message.ts";

/** Fails unless the function throws; gives what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws an error of that class and message; gives the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: abstract new (...args: never[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  errorClassOrMsg?: ErrorClass | string,
  msgIncludesOrMsg?: string,
  msg?: string,
): unknown {
  const expected = readExpectedError(errorClassOrMsg, msgIncludesOrMsg, msg, msgIncludesOrMsg);
  try {
    fn();
  } catch (error) {
    if (!expected.errorClass) return error;
    if (!(error instanceof Error)) {
      throw new AssertionError(`A non-Error object was thrown${ending(expected.message)}`);
    }
    assertExpectedError(error, expected);
    return error;
  }
  throw new AssertionError(`Expected function to throw${ending(expected.message)}`);
}
