// Behaviour of @std/assert that this repository relies on, on JSR and in the stand-in.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
  fail,
} from "@std/assert";

/** The message of the failed assertion; undefined when it holds. */
function failure(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
}

/** True if two values are deeply equal. */
function equal(a: unknown, b: unknown): boolean {
  return failure(() => assertEquals(a, b)) === undefined;
}

function assertFails(check: () => void, message: string): void {
  assertStrictEquals(failure(check)?.split("\n")[0], message);
}

Deno.test("AssertionError keeps its message and its cause and has its own name", () => {
  const error = new AssertionError("no", { cause: "why" });
  assert(error instanceof Error);
  assertStrictEquals(error.name, "AssertionError");
  assertStrictEquals(error.message, "no");
  assertStrictEquals(error.cause, "why");
});

Deno.test("assert() passes what is truthy and narrows it", () => {
  const value: string | undefined = [1].length > 0 ? "text" : undefined;
  assert(value);
  assertStrictEquals(value.length, 4);
  assertFails(() => assert(0), "");
  assertFails(() => assert("", "empty"), "empty");
});

Deno.test("assertFalse() passes what is falsy", () => {
  for (const value of [false, 0, 0n, "", null, undefined]) assertFalse(value);
  assertFails(() => assertFalse("no"), "");
  assertFails(() => assertFalse(1, "one"), "one");
});

Deno.test("fail() always fails", () => {
  assertFails(() => fail(), "Failed assertion.");
  assertFails(() => fail("here"), "Failed assertion: here");
});

Deno.test("assertEquals() takes both zeros for one value and NaN for itself", () => {
  assert(equal(0, -0));
  assert(equal([0], [-0]));
  assert(equal(new Float64Array([0, Number.NaN]), new Float64Array([-0, Number.NaN])));
  assert(equal({ value: Number.NaN }, { value: Number.NaN }));
});

Deno.test("assertEquals() compares no value with its text or its bigint", () => {
  assertFalse(equal(1, "1"));
  assertFalse(equal(1, 1n));
  assertFalse(equal(null, undefined));
  assertFalse(equal(() => 1, () => 1));
});

Deno.test("assertEquals() tells an undefined property from a missing one", () => {
  assertFalse(equal({ a: undefined }, {}));
  assertFalse(equal({ a: undefined, b: 1 }, { b: 1, c: undefined }));
  assertFalse(equal([undefined], []));
  assertFalse(equal([1, undefined], [1]));
});

Deno.test("assertEquals() ignores the order of properties and takes symbols into account", () => {
  const key = Symbol("key");
  assert(equal({ a: 1, b: 2 }, { b: 2, a: 1 }));
  assert(equal({ [key]: 1 }, { [key]: 1 }));
  assertFalse(equal({ [key]: 1 }, { [key]: 2 }));
  assertFalse(equal({ [Symbol("key")]: 1 }, { [Symbol("key")]: 1 }));
});

Deno.test("assertEquals() takes an object without a prototype for a plain one", () => {
  assert(equal(Object.assign(Object.create(null), { a: 1 }), { a: 1 }));
  assertFalse(equal(Object.create({}), {}));
});

Deno.test("assertEquals() tells instances of different classes apart", () => {
  class Apple {
    kind = "fruit";
  }
  class Pear {
    kind = "fruit";
  }
  assert(equal(new Apple(), new Apple()));
  assertFalse(equal(new Apple(), new Pear()));
  assertFalse(equal(new Apple(), { kind: "fruit" }));
  assertFalse(equal([], {}));
});

Deno.test("assertEquals() looks at getters of a class but not into its private fields", () => {
  class Box {
    readonly #content: number;
    constructor(content: number) {
      this.#content = content;
    }
    get isEmpty(): boolean {
      return this.#content === 0;
    }
  }
  assert(equal(new Box(1), new Box(2)));
  assertFalse(equal(new Box(0), new Box(1)));
});

Deno.test("assertEquals() compares dates, patterns and URLs by what they say", () => {
  assert(equal(new Date(5), new Date(5)));
  assert(equal(new Date(Number.NaN), new Date(Number.NaN)));
  assertFalse(equal(new Date(5), new Date(6)));
  assert(equal(/a/g, /a/g));
  assertFalse(equal(/a/g, /a/i));
  assert(equal(new URL("https://a.test"), new URL("https://a.test/")));
  assertFalse(equal(new URL("https://a.test"), new URL("https://b.test")));
});

Deno.test("assertEquals() compares sets and maps deeply, whatever the order", () => {
  assert(equal(new Set([1, 2]), new Set([2, 1])));
  assert(equal(new Set([{ a: 1 }, { b: 2 }]), new Set([{ b: 2 }, { a: 1 }])));
  assertFalse(equal(new Set([{ a: 1 }]), new Set([{ a: 2 }])));
  assert(equal(new Map([["a", [1]], ["b", [2]]]), new Map([["b", [2]], ["a", [1]]])));
  assert(equal(new Map([[{ key: 1 }, "a"]]), new Map([[{ key: 1 }, "a"]])));
  assertFalse(equal(new Map([["a", 1]]), new Map([["a", 2]])));
  assertFalse(equal(new Map([["a", undefined]]), new Map([["b", undefined]])));
});

Deno.test("assertEquals() compares bytes, and only of the same kind of array", () => {
  assert(equal(new Uint8Array([1, 2]), new Uint8Array([1, 2])));
  assertFalse(equal(new Uint8Array([1, 2]), new Uint8Array([1, 3])));
  assertFalse(equal(new Uint8Array([1]), new Int8Array([1])));
  assertFalse(equal(new Uint8Array([1]), [1]));
  assert(equal(new Uint8Array([1]).buffer, new Uint8Array([1]).buffer));
  assertFalse(equal(new Uint8Array([1]).buffer, new Uint8Array([2]).buffer));
});

Deno.test("assertEquals() follows circles", () => {
  const one: { self?: unknown } = {};
  const other: { self?: unknown } = {};
  one.self = one;
  other.self = other;
  assert(equal(one, other));
});

Deno.test("assertEquals() and assertNotEquals() are the two sides of one comparison", () => {
  assertEquals({ list: [0] }, { list: [-0] });
  assertNotEquals({ list: [0] }, { list: [1] });
  assertFails(() => assertEquals(1, 2), "Values are not equal.");
  assertFails(() => assertEquals("a", "b", "letters"), "Values are not equal: letters");
  assertMatch(failure(() => assertNotEquals(1, 1)) ?? "", /^Expected actual: 1 not to be: 1\.$/);
});

Deno.test("assertStrictEquals() compares by Object.is and narrows", () => {
  const value: unknown = "text";
  assertStrictEquals(value, "text" as const);
  assertStrictEquals(value.length, 4);
  assertStrictEquals(Number.NaN, Number.NaN);
  assertFails(() => assertStrictEquals(0, -0), "Values are not strictly equal.");
  assertFails(
    () => assertStrictEquals({}, {}, "two"),
    "Values have the same structure but are not reference-equal: two",
  );
});

Deno.test("assertNotStrictEquals() fails for the same value only", () => {
  const value = {};
  assertNotStrictEquals<object>(value, {});
  assertNotStrictEquals(0, -0);
  assertFails(
    () => assertNotStrictEquals(1, 1),
    'Expected "actual" to not be strictly equal to: 1.',
  );
});

Deno.test("assertInstanceOf() narrows to the class and names what it found", () => {
  const value: unknown = new RangeError("far");
  assertInstanceOf(value, Error);
  assertStrictEquals(value.message, "far");
  const expectation = 'Expected object to be an instance of "Date"';
  assertFails(() => assertInstanceOf({}, Date), `${expectation} but was "Object".`);
  assertFails(() => assertInstanceOf(null, Date, "day"), `${expectation} but was "null": day`);
  assertFails(() => assertInstanceOf("", Date), `${expectation} but was "string".`);
  assertFails(
    () => assertInstanceOf(Date, Date),
    `${expectation} but was not an instanced object.`,
  );
});

Deno.test("assertMatch(), assertNotMatch() and assertStringIncludes() look into text", () => {
  assertMatch("menu", /^m/);
  assertNotMatch("menu", /^x/);
  assertStringIncludes("menu", "en");
  assertFails(() => assertMatch("menu", /x/), 'Expected actual: "menu" to match: "/x/".');
  assertFails(() => assertNotMatch("menu", /e/), 'Expected actual: "menu" to not match: "/e/".');
  assertFails(
    () => assertStringIncludes("menu", "tea", "drink"),
    'Expected actual: "menu" to contain: "tea": drink',
  );
});

Deno.test("assertGreater() and its kin compare by the operators", () => {
  assertGreater(2, 1);
  assertGreaterOrEqual(1n, 1n);
  assertLess("a", "b");
  assertLessOrEqual(new Date(1), new Date(1));
  assertFails(() => assertGreater(1, 1), "Expect 1 > 1");
  assertFails(() => assertGreaterOrEqual(0, 1), "Expect 0 >= 1");
  assertFails(() => assertLess(1, 1, "more"), "more");
  assertFails(() => assertLessOrEqual(2, 1), "Expect 2 <= 1");
  assertFails(() => assertLess(Number.NaN, 1), "Expect NaN < 1");
});

Deno.test("assertAlmostEquals() allows one ten-millionth unless told otherwise", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(1, 1.1, 0.2);
  assertAlmostEquals(Infinity, Infinity);
  assertFails(
    () => assertAlmostEquals(1, 2),
    'Expected actual: "1" to be close to "2": delta "1" is greater than "2e-7".',
  );
});
