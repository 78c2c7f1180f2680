import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { quote, reasonOf, RedirectError } from "../src/errors.ts";

Deno.test("reasonOf returns the message of an error, never its stack", () => {
  const error = new TypeError("lost");
  error.stack = "TypeError: lost\n    at secret";
  assertEquals(reasonOf(error), "lost");
  assertEquals(reasonOf(Object.freeze(new Error("cold"))), "cold");
  assertEquals(reasonOf(new DOMException("gone", "AbortError")), "gone");
  assertEquals(reasonOf(new RedirectError("full", "call them")), "full");
  assertEquals(reasonOf(new RangeError()), "RangeError");
});

Deno.test("reasonOf returns text for thrown values of every type", () => {
  assertEquals(reasonOf("text"), "text");
  assertEquals(reasonOf(undefined), "undefined");
  assertEquals(reasonOf(null), "null");
  assertEquals(reasonOf(42n), "42");
  assertEquals(reasonOf(Symbol("odd")), "Symbol(odd)");
  assertEquals(reasonOf({ code: 7 }), '{"code":7}');
});

Deno.test("reasonOf does not throw for values whose conversion to text throws", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const getter = new Error("x");
  Object.defineProperty(getter, "message", {
    get() {
      throw new Error("again");
    },
  });
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const toString = {
    toString() {
      throw new Error("no");
    },
  };
  for (const thrown of [proxy, getter, cycle, toString, Object.create(null), () => 1]) {
    assertEquals(typeof reasonOf(thrown), "string");
  }
});

Deno.test("reasonOf omits the stack of an object that resembles an error", () => {
  const text = reasonOf({ message: "lost", stack: "Error: lost\n    at secret" });
  assertStringIncludes(text, "lost");
  assert(!text.includes("secret"), text);
});

Deno.test("quote puts text in quotes, cuts it, and describes other values", () => {
  assertEquals(quote("a\nb"), '"a\\nb"');
  assertEquals(quote("x".repeat(200)).length, 103);
  assertEquals([null, [1], {}, () => 1].map(quote), ["null", "a list", "an object", "a function"]);
  assertEquals([1n, undefined, true, Symbol("s")].map(quote), [
    "1",
    "undefined",
    "true",
    "Symbol(s)",
  ]);
});
