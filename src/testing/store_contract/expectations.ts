/**
 * Assertions of the store contract.
 *
 * @module
 */
import { RunError } from "../../errors.ts";
import type { Lease } from "../../store/store.ts";
import { isSameJson } from "../json_difference.ts";
import { cutAroundDifference, describeThrown } from "../text.ts";

/** Thrown if a store violates the contract. */
export class StoreContractError extends RunError {
  /** `"STORE_CONTRACT_BROKEN"` */
  readonly code = "STORE_CONTRACT_BROKEN";
}

/** Maximum number of characters of each value in a message. */
const SHOWN_LENGTH = 200;

/** A class of errors. */
export type ErrorKind = abstract new (...args: never[]) => Error;

/** Asserts that a condition is true. */
export function expectTrue(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new StoreContractError(problem);
}

/** Returns the result of a call, and asserts that it is not undefined. */
export function expectDefined<Value>(value: Value | undefined, call: string): Value {
  expectTrue(value !== undefined, `${call} returned undefined: expected a value`);
  return value;
}

/** Asserts that a number is a safe integer. */
export function expectInteger(value: number, subject: string): void {
  expectTrue(Number.isSafeInteger(value), `${subject} is ${value}: expected a safe integer`);
}

/** Asserts that two values are equal as JSON, ignoring the order of members. */
export function expectEqual(actual: unknown, expected: unknown, subject: string): void {
  if (isSameJson(actual, expected)) return;
  const [found, wanted] = [actual, expected].map((one) => JSON.stringify(one) ?? "undefined");
  throw new StoreContractError(
    `Wrong value of ${subject}: found ${cutAroundDifference(found!, wanted!, SHOWN_LENGTH)}: ` +
      `expected ${cutAroundDifference(wanted!, found!, SHOWN_LENGTH)}`,
  );
}

/** Asserts that the first lease is newer than the second. */
export function expectNewer({ epoch }: Lease, { epoch: old }: Lease): void {
  expectTrue(epoch > old, `The epoch of a newer lease is ${epoch}: expected more than ${old}`);
}

/** Asserts that a call returns a promise that rejects with an error of one of the classes. */
export async function expectRejection(
  call: () => Promise<unknown>,
  kinds: ErrorKind | readonly ErrorKind[],
  subject: string,
): Promise<void> {
  const allowed: readonly ErrorKind[] = typeof kinds === "function" ? [kinds] : kinds;
  const expected = `expected a rejection with ${allowed.map(({ name }) => name).join(" or ")}`;
  let did = "threw synchronously";
  try {
    const answer = call();
    did = "rejected with";
    await answer;
  } catch (cause) {
    if (did === "rejected with" && allowed.some((kind) => cause instanceof kind)) return;
    const message = `${subject} ${did} ${describeThrown(cause)}: ${expected}`;
    throw new StoreContractError(message, { cause });
  }
  throw new StoreContractError(`${subject} succeeded: ${expected}`);
}
