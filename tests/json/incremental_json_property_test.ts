import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { JsonPath, JsonPiece } from "../../src/json/incremental_json.ts";
import { isJson, readParts } from "./split_json.ts";

/** JSON values whose strings have escapes, surrogate pairs and lone surrogates. */
const anyValue = fc.jsonValue({
  stringUnit: fc.oneof(
    fc.constantFrom('"', "\\", "/", "\n", "\u0000", "\ud83d", "\ude00", "\u{1f600}", "\u2028"),
    fc.constantFrom("a", "u", "0", "{", "]", ",", ":", " "),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

/** White space for `JSON.stringify` to put between values. */
const anySpace = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 3 });

/** JSON texts, with characters above ASCII escaped or not. */
const anyText = fc.tuple(anyValue, anySpace, fc.boolean(), fc.boolean()).map(
  ([value, space, isEscaped, isUpper]) => {
    const text = JSON.stringify(value, null, space);
    return isEscaped ? escapeAll(text, isUpper) : text;
  },
);

/** Indexes at which a text is split. */
const anyCuts = fc.array(fc.nat(), { maxLength: 12 });

const OPTIONS = { seed: 8259, numRuns: 1_000 } as const;

function escapeAll(text: string, isUpper: boolean): string {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => {
    const digits = unit.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${isUpper ? digits.toUpperCase() : digits}`;
  });
}

function split(text: string, cuts: readonly number[]): string[] {
  const places = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
  return [...places, text.length].map((place, index) => text.slice(places[index - 1] ?? 0, place));
}

/** Returns the wanted values of a parsed value by path, except empty strings. */
function wantedOf(
  value: unknown,
  wants: (path: JsonPath) => boolean,
  path: JsonPath = [],
): Map<string, unknown> {
  if (wants(path)) return new Map(value === "" ? [] : [[JSON.stringify(path), value]]);
  if (typeof value !== "object" || value === null) return new Map();
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return new Map(entries.flatMap(([key, item]) => [...wantedOf(item, wants, [...path, key])]));
}

function kindOf(value: unknown): JsonPiece["kind"] {
  if (typeof value === "string") return "characters";
  return typeof value === "boolean" || value === null ? "literal" : "json";
}

Deno.test("IncrementalJson returns the wanted values of any text in any split", () => {
  fc.assert(
    fc.property(anyText, anyCuts, fc.func(fc.boolean()), (text, cuts, decide) => {
      const wants = (path: JsonPath) => decide([...path]);
      const { values, fault } = readParts(split(text, cuts), wants);
      assertEquals(fault, undefined);
      const returned = values.map(({ path, kind, text }): [string, unknown] => {
        const value: unknown = kind === "characters" ? text : JSON.parse(text);
        assertEquals(kind, kindOf(value));
        return [JSON.stringify(path), value];
      });
      assertEquals(new Map(returned), wantedOf(JSON.parse(text), wants));
      assertEquals(new Map(returned).size, returned.length);
    }),
    OPTIONS,
  );
});

Deno.test("IncrementalJson takes no beginning of a text for a fault", () => {
  fc.assert(
    fc.property(anyText, anyCuts, fc.nat(), (text, cuts, place) => {
      const beginning = text.slice(0, place % (text.length + 1));
      const { fault } = readParts(split(beginning, cuts));
      assertEquals(fault, isJson(beginning) ? undefined : beginning.length);
    }),
    OPTIONS,
  );
});

Deno.test("IncrementalJson judges a text with one character changed as JSON.parse does", () => {
  const change = fc.record({
    place: fc.nat(),
    deleted: fc.constantFrom(0, 1),
    inserted: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...'{}[],:"\\0123456789-+.eEtrufalsn \n\t\u0000\ufeff/'),
      },
      { weight: 1, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 1 }) },
    ),
  });
  let refused = 0;
  fc.assert(
    fc.property(anyText, anyCuts, change, (text, cuts, { place, deleted, inserted }) => {
      const at = place % text.length;
      const changed = text.slice(0, at) + inserted + text.slice(at + deleted);
      const whole = readParts([changed]);
      assertEquals(whole.fault === undefined, isJson(changed), changed);
      assertEquals(readParts(split(changed, cuts)), whole);
      if (whole.fault !== undefined) refused++;
    }),
    { ...OPTIONS, numRuns: 3_000 },
  );
  // Both verdicts have come often: the test would catch a parser that has only one.
  assert(refused > 500 && refused < 2_500, `${refused} were refused`);
});
