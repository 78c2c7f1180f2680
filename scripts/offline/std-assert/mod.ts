/**
 * Stands in for `jsr:@std/assert` where JSR cannot be reached: the functions this repository uses,
 * with the behaviour of the real package, so that either may be behind the import.
 *
 * @module
 */
export { AssertionError } from "./assertion.ts";
export { assertRejects, assertThrows } from "./errors.ts";
export {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
  fail,
  type Falsy,
} from "./values.ts";
