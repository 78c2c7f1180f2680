/**
 * Stands in for `jsr:@std/assert` where JSR cannot be reached: the functions this repository uses,
 * with the behaviour of the real package, so that either may be behind the import.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export {
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "./equality.ts";
export { assertInstanceOf } from "./instance_of.ts";
export { type ArrayLikeArg, assertArrayIncludes } from "./array_includes.ts";
export { assertMatch, assertNotMatch, assertStringIncludes } from "./text.ts";
export { assertObjectMatch } from "./object_match.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./order.ts";
export { assertRejects } from "./rejects.ts";
export { assertThrows } from "./throws.ts";
export { assert, assertExists, assertFalse, fail, type Falsy, unreachable } from "./truth.ts";
