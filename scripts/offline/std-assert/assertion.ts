/** The error of a failed assertion, and its words. @module */

import { AssertionError as NodeAssertionError } from "node:assert";
import { inspect } from "node:util";

/** Thrown when an assertion fails. Unlike the one of `node:assert`, it takes its message plainly. */
export class AssertionError extends Error {
  /**
   * Creates the error.
   *
   * @param message Expectation that was not met.
   * @param options The cause, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Ends a sentence: with the author's own message, or with a period. */
export function ending(message: string | undefined): string {
  return message ? `: ${message}` : ".";
}

/** Shows a value whole, keys in order, so that equal values read the same. */
export function show(value: unknown): string {
  return inspect(value, {
    breakLength: 80,
    depth: Infinity,
    getters: true,
    maxArrayLength: Infinity,
    maxStringLength: Infinity,
    sorted: true,
  });
}

/** Shows what differs between two values, by the comparison `node:assert` prints. */
export function difference(actual: unknown, expected: unknown): string {
  const error = new NodeAssertionError({ actual, expected, operator: "deepStrictEqual" });
  const [, ...lines] = error.message.split("\n");
  return `\n\n    [Diff] Actual / Expected\n\n${lines.join("\n")}`;
}
