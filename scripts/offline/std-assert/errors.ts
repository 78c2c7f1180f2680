/** Assertions that a function throws, or that a promise rejects. @module */

import { stripVTControlCharacters } from "node:util";
import { AssertionError, ending } from "./assertion.ts";

/** A class of errors, abstract or not. */
type ErrorClass<E extends Error = Error> = abstract new (...args: never[]) => E;

/** The arguments that follow the function, in one form. */
interface Expected {
  /** Class of which the error must be an instance. Default: any value is accepted. */
  readonly errorClass?: ErrorClass | undefined;
  /** The text its message must contain. */
  readonly includes?: string | undefined;
  /** The author's addition to a failure. */
  readonly message?: string | undefined;
}

/** Fails unless the function throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws an error of that class and message; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  errorClassOrMsg?: ErrorClass | string,
  msgIncludesOrMsg?: string,
  msg?: string,
): unknown {
  const expected = readExpected(errorClassOrMsg, msgIncludesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    return checked(error, "thrown", expected);
  }
  throw new AssertionError(`Expected function to throw${ending(expected.message)}`);
}

/** Fails unless the promise the function returns rejects; returns what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise rejects with an error of that class and message; returns the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass | string,
  msgIncludesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  const expected = readExpected(errorClassOrMsg, msgIncludesOrMsg, msg);
  const promise = start(fn, expected);
  try {
    await promise;
  } catch (error) {
    return checked(error, "rejected", expected);
  }
  throw new AssertionError(`Expected function to reject${ending(expected.message)}`);
}

/** Calls the function. Fails if it throws at once, or does not return a promise. */
function start(fn: () => PromiseLike<unknown>, { message }: Expected): PromiseLike<unknown> {
  try {
    const promise: unknown = fn();
    if (typeof promise === "object" && promise !== null && "then" in promise) {
      if (typeof promise.then === "function") return promise as PromiseLike<unknown>;
    }
  } catch {
    // Reported below: what was thrown is not what the assertion is about.
  }
  throw new AssertionError(`Function throws when expected to reject${ending(message)}`);
}

function readExpected(
  errorClassOrMsg: ErrorClass | string | undefined,
  includes: string | undefined,
  message: string | undefined,
): Expected {
  if (typeof errorClassOrMsg === "string") return { message: errorClassOrMsg };
  return { errorClass: errorClassOrMsg, includes, message };
}

/** The error, unless it is not of the expected class or does not say the expected text. */
function checked(error: unknown, way: string, { errorClass, includes, message }: Expected) {
  if (!errorClass) return error;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${way}${ending(message)}`);
  }
  const found = error.constructor?.name;
  if (!(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", ` +
        `but was "${found}"${ending(message)}`,
    );
  }
  const said = stripVTControlCharacters(error.message);
  if (!includes || said.includes(stripVTControlCharacters(includes))) return error;
  throw new AssertionError(
    `Expected error message to include ${JSON.stringify(includes)}, ` +
      `but got ${JSON.stringify(error.message)}${ending(message)}`,
  );
}
