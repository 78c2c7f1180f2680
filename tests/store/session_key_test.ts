import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeKey, encodeKey, keyRange } from "../../src/store/backend/session_key.ts";

/** Any text, including lone surrogates and NUL. */
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

Deno.test("encodeKey() is reversed by decodeKey()", () => {
  fc.assert(fc.property(text, (id) => assertEquals(decodeKey(encodeKey(id)), id)));
  assertEquals([...encodeKey("aé👍")], [0, 0x61, 0, 0xe9, 0xd8, 0x3d, 0xdc, 0x4d]);
});

Deno.test("encodeKey() preserves the order of ids", () => {
  fc.assert(fc.property(text, text, (one, other) => {
    assertEquals(isBefore(encodeKey(one), encodeKey(other)), one < other);
  }));
});

/** Texts of few characters, so that they are often similar. */
const similarText = fc.string({
  unit: fc.constantFrom("", "\0", "a", "b", "\ud83d", "\udc4d", "\ue000", "\uff00", "\uffff"),
  maxLength: 4,
});

Deno.test("keyRange() contains exactly the ids with the prefix after the given id", () => {
  for (const [some, numRuns] of [[text, 200], [similarText, 2_000]] as const) {
    fc.assert(
      fc.property(some, some, some, (id, prefix, after) => {
        const [from, end] = keyRange(prefix, after);
        const isIn = !isBefore(encodeKey(id), from) && isBefore(encodeKey(id), end);
        assertEquals(isIn, id !== "" && id.startsWith(prefix) && id > after);
      }),
      { numRuns },
    );
  }
});

Deno.test("keyRange() ends at the first key after all with the prefix", () => {
  const ends: readonly (readonly [string, string])[] = [
    ["a", "b"],
    ["a\uffff", "b"],
    ["\u00ff", "\u0100"],
    ["👍", "\ud83d\udc4e"],
  ];
  for (const [prefix, end] of ends) assertEquals(keyRange(prefix, "")[1], encodeKey(end));
  for (const prefix of ["", "\uffff"]) {
    assert(isBefore(encodeKey("\uffff".repeat(1_000)), keyRange(prefix, "")[1]));
  }
});
