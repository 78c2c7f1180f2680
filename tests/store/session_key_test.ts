import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { idOf, keyBehind, keyOf } from "../../src/store/session_key.ts";

/** Any text, lone surrogates and NUL too. */
const text = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 0xffff }),
    fc.constantFrom(0, 0x61, 0xff, 0x100, 0xd800, 0xdfff, 0xe000, 0xfffe, 0xffff),
  ),
  { maxLength: 5 },
).map((units) => String.fromCharCode(...units));

function isBefore(one: Uint8Array, other: Uint8Array): boolean {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  if (at === -1) return one.length < other.length;
  return at < other.length && one[at]! < other[at]!;
}

Deno.test("keyOf() gives what idOf() reads back", () => {
  fc.assert(fc.property(text, (id) => assertEquals(idOf(keyOf(id)), id)));
  assertEquals([...keyOf("aé👍")], [0, 0x61, 0, 0xe9, 0xd8, 0x3d, 0xdc, 0x4d]);
});

Deno.test("keyOf() gives keys in the order of the ids", () => {
  fc.assert(fc.property(text, text, (one, other) => {
    assertEquals(isBefore(keyOf(one), keyOf(other)), one < other);
  }));
});

Deno.test("keyBehind() parts the ids that begin so from those behind", () => {
  fc.assert(fc.property(text, text, (prefix, id) => {
    const behind = keyBehind(prefix);
    const isBetween = id >= prefix && (behind === undefined || isBefore(keyOf(id), behind));
    assertEquals(isBetween, id.startsWith(prefix));
  }));
  const starts: readonly (readonly [string, string])[] = [
    ["a", "b"],
    ["a\uffff", "b"],
    ["\u00ff", "\u0100"],
    ["👍", "\ud83d\udc4e"],
  ];
  for (const [prefix, behind] of starts) assertEquals(keyBehind(prefix), keyOf(behind));
  assertEquals([keyBehind(""), keyBehind("\uffff")], [undefined, undefined]);
});
