import { assertEquals } from "@std/assert";
import { findStrictProblems } from "./strict_checker.ts";

/** Creates a root with one property. */
function root(value: unknown, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...object({ value }), ...rest };
}

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const AT = "#/properties/value";

Deno.test("findStrictProblems accepts every construct of the documentation", () => {
  const good: unknown[] = [
    { type: "string" },
    { type: "string", description: "A name", title: "Name", pattern: "^[a-z]+$" },
    ...[
      "date-time",
      "time",
      "date",
      "duration",
      "email",
      "hostname",
      "ipv4",
      "ipv6",
      "uuid",
    ].map((format) => ({ type: "string", format })),
    { type: "number", multipleOf: 2, maximum: 9, exclusiveMaximum: 10, minimum: 0 },
    { type: "integer", exclusiveMinimum: 0 },
    { type: "boolean" },
    { type: ["string", "null"], pattern: "a" },
    { type: "string", enum: ["a", "b"] },
    { type: ["string", "number", "null"], enum: ["a", 1, null] },
    { type: "string", const: "a" },
    { type: "array", items: { type: "string" }, minItems: 1, maxItems: 3 },
    { anyOf: [object({ a: { type: "string" } }), { type: "null" }], description: "Maybe" },
    object({}),
  ];
  for (const schema of good) assertEquals(findStrictProblems(root(schema)), []);
});

Deno.test("findStrictProblems accepts references to definitions and to the root", () => {
  const node = object({ next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } });
  assertEquals(findStrictProblems(root({ $ref: "#/$defs/node" }, { $defs: { node } })), []);
  assertEquals(findStrictProblems(root({ anyOf: [{ $ref: "#" }, { type: "null" }] })), []);
});

Deno.test("findStrictProblems refuses a root that is not a plain object schema", () => {
  const cases: [schema: unknown, problem: string][] = [
    [true, "#: expected an object as the root"],
    [{ type: "string" }, '#: expected the type "object" at the root'],
    [{ anyOf: [object({})] }, '#: expected the type "object" at the root'],
    [{ ...object({}), anyOf: [object({})] }, "#: expected no anyOf at the root"],
  ];
  for (const [schema, problem] of cases) assertEquals(findStrictProblems(schema)[0], problem);
});

Deno.test("findStrictProblems refuses open objects and optional properties", () => {
  const { additionalProperties: _, ...open } = object({ a: { type: "string" } });
  const { required: __, ...optional } = object({ a: { type: "string" } });
  assertEquals(findStrictProblems(root(open)), [
    `${AT}: expected additionalProperties to be false`,
  ]);
  assertEquals(findStrictProblems(root({ ...open, additionalProperties: true })), [
    `${AT}: expected additionalProperties to be false`,
  ]);
  for (const required of [[], ["b"], ["a", "b"]]) {
    assertEquals(findStrictProblems(root({ ...optional, required })), [
      `${AT}: expected required to list every property, and nothing else`,
    ]);
  }
  assertEquals(findStrictProblems(root({ type: "object", additionalProperties: false })), [
    `${AT}: expected properties`,
  ]);
});

Deno.test("findStrictProblems refuses unsupported keywords", () => {
  const keywords: [schema: Record<string, unknown>, keyword: string][] = [
    [{ type: "string", minLength: 1 }, "minLength"],
    [{ type: "string", maxLength: 1 }, "maxLength"],
    [{ type: "string", default: "a" }, "default"],
    [{ type: "string", examples: ["a"] }, "examples"],
    [{ type: "string", minimum: 1 }, "minimum"],
    [{ type: "string", not: { const: "a" } }, "not"],
    [{ type: "number", pattern: "a" }, "pattern"],
    [{ type: "array", items: { type: "string" }, uniqueItems: true }, "uniqueItems"],
    [{ type: "array", items: { type: "string" }, prefixItems: [] }, "prefixItems"],
    [{ ...object({}), patternProperties: {} }, "patternProperties"],
    [{ ...object({}), minProperties: 1 }, "minProperties"],
    [{ ...object({}), allOf: [] }, "allOf"],
    [{ ...object({}), if: {} }, "if"],
    [{ ...object({}), dependentRequired: {} }, "dependentRequired"],
    [{ ...object({}), oneOf: [] }, "oneOf"],
    [{ anyOf: [{ type: "null" }], type: "string" }, "type"],
    [{ $ref: "#", description: "a" }, "$ref"],
    [object({ $defs: { type: "string" } }), ""],
    [{ ...object({}), $defs: {} }, "$defs"],
  ];
  for (const [schema, keyword] of keywords) {
    const unsupported = keyword === "$ref" ? "description" : keyword;
    const expected = keyword === "" ? [] : [`${AT}: unsupported keyword "${unsupported}"`];
    assertEquals(findStrictProblems(root(schema)), expected);
  }
});

Deno.test("findStrictProblems refuses a schema without a known type", () => {
  for (const schema of [{}, { const: "a" }, { type: "date" }, { type: [] }, { not: {} }]) {
    assertEquals(findStrictProblems(root(schema)).length, 1);
  }
  assertEquals(findStrictProblems(root({ type: "toString" })).length, 1);
  assertEquals(findStrictProblems(root(false)).length, 1);
  assertEquals(findStrictProblems(root({ type: "array" })).length, 1);
});

Deno.test("findStrictProblems refuses unsupported values, formats and patterns", () => {
  const bad: unknown[] = [
    { type: "string", const: 1 },
    { type: "integer", const: 1.5 },
    { type: "number", const: Number.NaN },
    { type: "string", enum: [] },
    { type: "string", enum: ["a", "a"] },
    { type: "string", enum: ["a", null] },
    { type: "string", format: "uri" },
    { type: "string", pattern: "^(?=a)" },
    { type: "string", pattern: "(?<!a)b" },
    { type: "string", description: 1 },
    { type: "number", minimum: Number.POSITIVE_INFINITY },
    { anyOf: [] },
    { $ref: "#/$defs/missing" },
    { $ref: "https://example.com/schema" },
    { $ref: "#/toString" },
  ];
  for (const schema of bad) assertEquals(findStrictProblems(root(schema)).length, 1);
});

Deno.test("findStrictProblems returns the path of a problem", () => {
  const deep = object({ list: { type: "array", items: { anyOf: [{ type: "any" }] } } });
  assertEquals(findStrictProblems(root(deep)), [
    `${AT}/properties/list/items/anyOf/0: expected a type, but found "any"`,
  ]);
  assertEquals(findStrictProblems(root({ $ref: "#/$defs/a" }, { $defs: { a: {} } })), [
    "#/$defs/a: expected a type, but found undefined",
  ]);
});

Deno.test("findStrictProblems counts levels, properties, values and characters", () => {
  const nested = (levels: number): unknown =>
    levels === 1 ? object({}) : object({ inner: nested(levels - 1) });
  assertEquals(findStrictProblems(nested(10)), []);
  assertEquals(findStrictProblems(nested(11)), [
    "#: 11 levels of nesting: expected at most 10",
  ]);
  const many = (count: number) =>
    object(Object.fromEntries(Array.from({ length: count }, (_, n) => [n, { type: "null" }])));
  assertEquals(findStrictProblems(many(5000)), []);
  assertEquals(findStrictProblems(many(5001)).length, 1);
  const numbers = (count: number) => ({
    type: "number",
    enum: Array.from({ length: count }, (_, n) => n),
  });
  assertEquals(findStrictProblems(root(numbers(1000))), []);
  assertEquals(findStrictProblems(root(numbers(1001))).length, 1);
  assertEquals(findStrictProblems(root({ type: "string", const: "a".repeat(119_995) })), []);
  assertEquals(findStrictProblems(root({ type: "string", const: "a".repeat(119_996) })).length, 1);
});

Deno.test("findStrictProblems allows a long enum of text only 15,000 characters", () => {
  const texts = (count: number, length: number) => ({
    type: "string",
    enum: Array.from({ length: count }, (_, n) => String(n).padStart(length, "a")),
  });
  assertEquals(findStrictProblems(root(texts(250, 100))), []);
  assertEquals(findStrictProblems(root(texts(300, 50))), []);
  assertEquals(findStrictProblems(root(texts(300, 51))), [
    `${AT}: 15300 characters in an enum of 300 values: expected at most 15000`,
  ]);
});
