/** The assertion that a promise rejects. @module */

import { AssertionError } from "./assertion_error.ts";
import {
  assertExpectedError,
  type ErrorClass,
  type ExpectedError,
  readExpectedError,
} from "./expected_error.ts";
import { ending } from "./message.ts";

/** Fails unless the promise the function returns rejects; gives what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise rejects with an error of that class and message; gives the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: abstract new (...args: never[]) => E,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass | string,
  msgIncludesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  const expected = readExpectedError(errorClassOrMsg, msgIncludesOrMsg, msg, msg);
  const promise = start(fn, expected);
  try {
    await promise;
  } catch (error) {
    if (!expected.errorClass) return error;
    if (!(error instanceof Error)) {
      throw new AssertionError(`A non-Error object was rejected${ending(expected.message)}`);
    }
    assertExpectedError(error, expected);
    return error;
  }
  throw new AssertionError(`Expected function to reject${ending(expected.message)}`);
}

/** Calls the function; to throw at once, or to give no promise, is a failure of its own. */
function start(fn: () => PromiseLike<unknown>, expected: ExpectedError): PromiseLike<unknown> {
  try {
    const promise: unknown = fn();
    if (isPromiseLike(promise)) return promise;
  } catch {
    // Reported below: what was thrown is not what the assertion is about.
  }
  throw new AssertionError(`Function throws when expected to reject${ending(expected.message)}`);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
