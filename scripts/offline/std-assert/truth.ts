/** Assertions about a single value, and the ones that always fail. @module */

import { AssertionError } from "./assertion_error.ts";
import { ending } from "./message.ts";

/** The values that count as false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Fails unless the value is truthy. */
export function assert(expr: unknown, msg: string = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless the value is falsy. */
export function assertFalse(expr: unknown, msg: string = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** Fails when the value is null or undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== null && actual !== undefined) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${ending(msg)}`,
  );
}

/** Always fails. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${ending(msg)}`);
}

/** Always fails, where the program should never come. */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${ending(msg)}`);
}
