/**
 * Expectations that the checks of the contract have of a store.
 *
 * @module
 */
import { reasonOf, RunError } from "../../errors.ts";
import type { Lease } from "../../store/store.ts";
import { isSameJson } from "../json_difference.ts";
import { excerpt } from "../text.ts";

/** A store did not do what its contract says. */
export class StoreContractError extends RunError {
  /** `"STORE_CONTRACT_BROKEN"` */
  readonly code = "STORE_CONTRACT_BROKEN";
}

/** Maximum number of characters shown of a value. */
const SHOWN_LENGTH = 200;

/** A class of errors. */
export type ErrorKind = abstract new (...args: never[]) => Error;

/** Fails if a condition does not hold. */
export function expectTrue(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new StoreContractError(problem);
}

/** Fails if two values differ as JSON, in whatever order their members are. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (isSameJson(actual, expected)) return;
  const [found, wanted] = [actual, expected].map((one) => JSON.stringify(one) ?? "undefined");
  throw new StoreContractError(
    `${what} is not as it must be: it is ${excerpt(found!, wanted!, SHOWN_LENGTH)}: ` +
      `expected ${excerpt(wanted!, found!, SHOWN_LENGTH)}`,
  );
}

/** Fails unless one lease was given after another. */
export function expectNewer({ epoch }: Lease, { epoch: before }: Lease): void {
  expectTrue(epoch > before, "a newer lease has no higher epoch");
}

/** Fails if a call does not return a promise that rejects with an error of one of these classes. */
export async function expectRejection(
  call: () => Promise<unknown>,
  kinds: ErrorKind | readonly ErrorKind[],
  what: string,
): Promise<void> {
  const allowed: readonly ErrorKind[] = typeof kinds === "function" ? [kinds] : kinds;
  const expected = `expected a rejection with ${allowed.map(({ name }) => name).join(" or ")}`;
  let did = "threw at once";
  try {
    const answer = call();
    did = "rejected with";
    await answer;
  } catch (cause) {
    if (did === "rejected with" && allowed.some((kind) => cause instanceof kind)) return;
    const name = cause instanceof Error ? cause.name : typeof cause;
    const message = `${what} ${did} ${name} "${reasonOf(cause)}": ${expected}`;
    throw new StoreContractError(message, { cause });
  }
  throw new StoreContractError(`${what} was accepted: ${expected}`);
}
