import { assert, assertEquals, assertThrows } from "@std/assert";
import { ToolResultError } from "../../src/errors.ts";
import { resultText } from "../../src/tool/result_text.ts";

const ROOM = 20_000;

function shown(value: unknown): string {
  return resultText(value, ROOM);
}

Deno.test("resultText returns a string as it is", () => {
  for (const text of ["", "plain", '{"a":1}', "line\nline", "\u0000\ud800", "💧"]) {
    assertEquals(shown(text), text);
  }
});

Deno.test("resultText returns everything else as JSON", () => {
  assertEquals(shown({ a: [1, true, null, "x"] }), '{"a":[1,true,null,"x"]}');
  assertEquals(shown([]), "[]");
  assertEquals(shown(0), "0");
  assertEquals(shown(false), "false");
  assertEquals(shown(null), "null");
  assertEquals(shown(undefined), "null");
});

Deno.test("resultText converts values that JSON lacks", () => {
  assertEquals(shown(12345678901234567890n), '"12345678901234567890"');
  assertEquals(shown({ big: 1n }), '{"big":"1"}');
  assertEquals(shown(NaN), '"NaN"');
  assertEquals(shown([Infinity, -Infinity]), '["Infinity","-Infinity"]');
  assertEquals(shown(new Date(0)), '"1970-01-01T00:00:00.000Z"');
  assertEquals(shown(new Map([["a", 1n]])), '[["a","1"]]');
  assertEquals(shown(new Set([1, new Map()])), "[1,[]]");
  assertEquals(shown(new URL("https://example.org/a")), '"https://example.org/a"');
  assertEquals(shown({ failed: new TypeError("no") }), '{"failed":"no"}');
});

Deno.test("resultText refuses a cycle", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const error = assertThrows(() => shown(cycle), ToolResultError, "expected text or JSON");
  assert(!error.message.includes("\n"));
  assert(error.cause instanceof TypeError);
});

Deno.test("resultText refuses a cycle through a map", () => {
  const map = new Map<string, unknown>();
  map.set("self", map);
  assertThrows(() => shown(map), ToolResultError);
});

Deno.test("resultText refuses a function and a symbol, at the top and inside", () => {
  for (const value of [() => 1, Symbol("s"), { run: () => 1 }, [Symbol("s")], new Set([shown])]) {
    assertThrows(() => shown(value), ToolResultError, "expected text or JSON");
  }
});

Deno.test("resultText refuses a value whose own code throws", () => {
  const getter = {
    get a() {
      throw new Error("mine\nat secret");
    },
  };
  const error = assertThrows(() => shown(getter), ToolResultError, "mine");
  assert(!error.message.includes("secret"));
  const toJSON = {
    toJSON() {
      throw "text";
    },
  };
  assertThrows(() => shown(toJSON), ToolResultError, "text");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertThrows(() => shown(proxy), ToolResultError);
});

Deno.test("resultText refuses a value whose code throws something without a text form", () => {
  const hostile = {
    get a() {
      throw Object.create(null);
    },
  };
  assertThrows(() => shown(hostile), ToolResultError);
});

Deno.test("resultText refuses a value that JSON leaves out", () => {
  assertThrows(() => shown({ toJSON: () => undefined }), ToolResultError);
});

Deno.test("resultText refuses a value too deep for the stack", () => {
  let deep: unknown = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  assertThrows(() => shown(deep), ToolResultError);
});

Deno.test("resultText cuts a text that is too long, and says so", () => {
  assertEquals(resultText("12345", 5), "12345");
  assertEquals(resultText("123456", 5), "12345\n[cut: 5 of 6 characters]");
  const long = shown("x".repeat(10_000_000));
  assertEquals(long.length, ROOM + "\n[cut: 20000 of 10000000 characters]".length);
});

Deno.test("resultText cuts JSON like text", () => {
  assertEquals(resultText([1, 2, 3], 4), "[1,2\n[cut: 4 of 7 characters]");
});

Deno.test("resultText does not split a surrogate pair", () => {
  assertEquals(resultText("ab💧cd", 3), "ab\n[cut: 2 of 6 characters]");
  assertEquals(resultText("ab💧cd", 4), "ab💧\n[cut: 4 of 6 characters]");
});
