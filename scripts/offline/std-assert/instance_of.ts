/** The assertion that a value is an instance of a class. @module */

import { AssertionError } from "./assertion_error.ts";
import { ending } from "./message.ts";

/** What the instances of a class are. */
type InstanceOf<T> = T extends abstract new (...args: never[]) => infer Instance ? Instance : never;

/** Fails unless the value is an instance of the class, and narrows it to that. */
export function assertInstanceOf<T extends abstract new (...args: never[]) => unknown>(
  actual: unknown,
  expectedType: T,
  msg: string = "",
): asserts actual is InstanceOf<T> {
  if (actual instanceof expectedType) return;
  const found = kindOf(actual);
  const expectation = `Expected object to be an instance of "${expectedType.name}"`;
  if (found === expectedType.name) throw new AssertionError(`${expectation}${ending(msg)}`);
  if (found === "function") {
    throw new AssertionError(`${expectation} but was not an instanced object${ending(msg)}`);
  }
  throw new AssertionError(`${expectation} but was "${found}"${ending(msg)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return value.constructor?.name ?? "Object";
}
