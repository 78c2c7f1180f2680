/** What a function is expected to throw or to reject with. @module */

import { stripVTControlCharacters } from "node:util";
import { AssertionError } from "./assertion_error.ts";
import { ending } from "./message.ts";

/** A class of errors, abstract or not. */
export type ErrorClass<E extends Error = Error> = abstract new (...args: never[]) => E;

/** The arguments that follow the function, in one form. */
export interface ExpectedError {
  /** The class the error must be an instance of; any value will do without it. */
  readonly errorClass?: ErrorClass | undefined;
  /** The text its message must contain. */
  readonly includes?: string | undefined;
  /** What the author wants to add to a failure. */
  readonly message?: string | undefined;
}

/**
 * Brings the arguments that follow the function into one form.
 *
 * @param errorClassOrMsg The second argument: a class, or the author's message.
 * @param includes The third argument.
 * @param message The fourth argument.
 * @param messageWithoutClass The message when the second argument is no class of errors.
 */
export function readExpectedError(
  errorClassOrMsg: ErrorClass | string | undefined,
  includes: string | undefined,
  message: string | undefined,
  messageWithoutClass: string | undefined,
): ExpectedError {
  if (typeof errorClassOrMsg === "string") return { message: errorClassOrMsg };
  if (errorClassOrMsg === undefined || isErrorClass(errorClassOrMsg)) {
    return { errorClass: errorClassOrMsg, includes, message };
  }
  return { message: messageWithoutClass };
}

/** Fails unless the error is of the expected class and says the expected text. */
export function assertExpectedError(error: Error, expected: ExpectedError): void {
  const { errorClass, includes, message } = expected;
  const found = error.constructor?.name;
  if (errorClass && !(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", ` +
        `but was "${found}"${ending(message)}`,
    );
  }
  if (!includes) return;
  const said = stripVTControlCharacters(error.message);
  if (said.includes(stripVTControlCharacters(includes))) return;
  throw new AssertionError(
    `Expected error message to include ${JSON.stringify(includes)}, ` +
      `but got ${JSON.stringify(error.message)}${ending(message)}`,
  );
}

function isErrorClass(value: ErrorClass): boolean {
  return value.prototype instanceof Error || value.prototype === Error.prototype;
}
