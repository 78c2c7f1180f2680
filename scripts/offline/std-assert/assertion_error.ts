/** The error of a failed assertion. @module */

/** Thrown when an assertion fails. Unlike the one of `node:assert`, it takes its message plainly. */
export class AssertionError extends Error {
  /**
   * Creates the error.
   *
   * @param message What did not hold.
   * @param options The cause, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
