/**
 * What the checks of the contract say about a store.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import { StoreContractError } from "./store_contract_error.ts";

/** How much of a value is shown. */
const SHOWN_LENGTH = 200;

/** A class of errors. */
export type ErrorKind = abstract new (...args: never[]) => Error;

/** Fails if a condition does not hold. */
export function expectTrue(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new StoreContractError(problem);
}

/** Fails if two values differ as JSON, in whatever order their members are. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [textOf(actual), textOf(expected)];
  if (found === wanted) return;
  const at = firstDifference(found, wanted);
  throw new StoreContractError(
    `${what} is not as it must be: it is ${excerpt(found, at)}: expected ${excerpt(wanted, at)}`,
  );
}

/** Fails if a call does not reject with an error of one of these classes. */
export async function expectRejection(
  call: () => Promise<unknown>,
  kinds: ErrorKind | readonly ErrorKind[],
  what: string,
): Promise<void> {
  const allowed: readonly ErrorKind[] = typeof kinds === "function" ? [kinds] : kinds;
  const names = allowed.map(({ name }) => name).join(" or ");
  let answer: Promise<unknown>;
  try {
    answer = call();
  } catch (cause) {
    throw new StoreContractError(
      `${what} threw at once: expected a promise that rejects with ${names}`,
      { cause },
    );
  }
  try {
    await answer;
  } catch (cause) {
    if (allowed.some((kind) => cause instanceof kind)) return;
    const name = cause instanceof Error ? cause.name : typeof cause;
    throw new StoreContractError(
      `${what} rejected with ${name} "${reasonOf(cause)}": expected ${names}`,
      { cause },
    );
  }
  throw new StoreContractError(`${what} was accepted: expected ${names}`);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1));
  }) ?? "undefined";
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** A text from a little before the place where it is of interest. */
function excerpt(text: string, at: number): string {
  const from = text.length <= SHOWN_LENGTH ? 0 : Math.max(0, at - SHOWN_LENGTH / 4);
  const end = from + SHOWN_LENGTH;
  return `${from > 0 ? "…" : ""}${text.slice(from, end)}${end < text.length ? "…" : ""}`;
}
