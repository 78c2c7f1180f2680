import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { idOf, keyOf } from "../../../src/store/session_key.ts";
import { keyRange } from "../../../src/store/sqlite/key_range.ts";

/** Any text, of few characters so that texts are often alike: some pairs, some lone surrogates. */
const text = fc.string({
  unit: fc.constantFrom("", "\0", "a", "b", "\ud83d", "\udc4d", "\ue000", "\uff00", "\uffff"),
  maxLength: 4,
});

Deno.test("keyOf(), keeps every text, and compares as texts do", () => {
  fc.assert(fc.property(text, text, (a, b) => {
    assertEquals(idOf(keyOf(a)), a);
    assertEquals(compare(keyOf(a), keyOf(b)), a < b ? -1 : a > b ? 1 : 0);
  }));
});

Deno.test("keyRange(), holds exactly the ids with the prefix that are behind", () => {
  fc.assert(
    fc.property(text, text, text, (id, prefix, after) => {
      const [from, end] = keyRange(prefix, after);
      const key = keyOf(id);
      const isIn = compare(key, from) >= 0 && compare(key, end) < 0;
      assertEquals(isIn, id !== "" && id.startsWith(prefix) && id > after);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("keyRange(), holds the longest id of the highest characters", () => {
  const [, end] = keyRange("", "");
  assertEquals(compare(keyOf("\uffff".repeat(1_000)), end), -1);
});

/** As memcmp() does, and of equals the shorter first. */
function compare(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (a[index] !== b[index]) return a[index]! < b[index]! ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}
