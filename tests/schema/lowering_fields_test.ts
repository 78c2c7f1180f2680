import { openaiStrict } from "@nomos/agent/llm";
import type { SchemaProfile } from "@nomos/agent/llm";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { LoweringError } from "../../src/schema/lowering/lowered.ts";
import { lower as lowerDocument } from "../../src/schema/lowering/lowering.ts";
import { SchemaDocument } from "../../src/schema/lowering/schema_document.ts";
import { findExcess } from "../../src/schema/schema_limits.ts";

type Schema = Record<string, unknown>;

function lower(source: Schema, profile: SchemaProfile, prefix: string) {
  return lowerDocument(new SchemaDocument(source), profile, prefix);
}

const text = { type: "string" };

function object(properties: Schema, required: string[] = Object.keys(properties)): Schema {
  return { type: "object", properties, required };
}

/** Returns the form of a lowered object. */
function closed(properties: Schema): Schema {
  return { ...object(properties), additionalProperties: false };
}

Deno.test("lower respects each optional field of the profile separately", () => {
  const lowerWith = (source: Schema, fields: Partial<SchemaProfile>) =>
    lower(source, { ...openaiStrict, ...fields }, "x_").schema;
  const two = { enum: [1, 2] };
  assertEquals(lowerWith(two, { enumTypes: ["null"] }), {
    type: "number",
    description: "only 1 or 2",
  });
  assertEquals(lowerWith(two, { enumTypes: ["number"] }), { type: "number", enum: [1, 2] });
  assertEquals(lowerWith({ const: "a" }, { constants: "enum" }), { ...text, enum: ["a"] });
  const optional = object({ a: text, b: text }, ["b"]);
  assertEquals(lowerWith(optional, { optional: "omitted" }), {
    ...closed({ a: text, b: text }),
    required: ["b"],
  });
  const sizes = { ...object({}), minProperties: 1, maxProperties: 2 };
  assertEquals(lowerWith(sizes, { objectKeywords: ["maxProperties"] }), {
    ...closed({}),
    maxProperties: 2,
    description: "at least 1 properties",
  });
  const simple: [pattern: string, isSimple: boolean][] = [
    ["^a{1,99}$", true],
    ["a{1,100}", false],
    ["a{200}", false],
    ["\\bword", false],
    ["\\p{L}", false],
  ];
  for (const [pattern, isSimple] of simple) {
    assertEquals("pattern" in lowerWith({ ...text, pattern }, { patterns: "simple" }), isSimple);
    assertEquals("pattern" in lowerWith({ ...text, pattern }, {}), true);
  }
  const $defs = { node: object({ next: { $ref: "#/$defs/node", description: "On" } }) };
  const node = { $ref: "#/$defs/node", $defs };
  const next = (fields: Partial<SchemaProfile>) =>
    lower(node, { ...openaiStrict, ...fields }, "x_").definitions.x_0;
  const reference = { $ref: "#/$defs/x_0" };
  assertEquals(next({}), closed({ next: reference }));
  assertEquals(
    next({ describedReferences: true }),
    closed({ next: { ...reference, description: "On" } }),
  );
  assertEquals(next({ recursion: "optional" }), {
    ...closed({ next: reference }),
    required: [],
    description: 'always with "next"',
  });
  assertThrows(() => next({ recursion: "none" }), LoweringError, "a recursive schema");
});

Deno.test("lower copies the schema of a keyword, or describes it if it cannot be copied", () => {
  const profile = { ...openaiStrict, arrayKeywords: ["contains"] };
  const source = { type: "array", items: text, contains: { enum: ["a"] } };
  const { contains } = lower(source, profile, "").schema as typeof source;
  assertEquals(contains, source.contains);
  assert(contains !== source.contains);
  for (const contains of [{ $ref: "#/$defs/a" }, { pattern: "a" }]) {
    assertEquals(lower({ ...source, contains }, profile, "").schema, {
      type: "array",
      items: text,
      description: `contains ${JSON.stringify(contains)}`,
    });
  }
});

Deno.test("lower has two definitions for an object that is open in an intersection and closed elsewhere", () => {
  const $ref = "#/$defs/a";
  const other = object({ a: { ...text, minLength: 1 }, b: text });
  const source = {
    ...object({ x: { $ref }, y: { allOf: [{ $ref }, other] } }),
    $defs: { a: object({ a: text }) },
  };
  const { schema, definitions } = lower(source, { ...openaiStrict, intersections: true }, "x_");
  assertEquals(schema.properties, {
    x: { $ref: "#/$defs/x_0" },
    y: {
      allOf: [
        { $ref: "#/$defs/x_1" },
        object({ a: { ...text, description: "at least 1 characters" }, b: text }),
      ],
    },
  });
  assertEquals(definitions, { x_0: closed({ a: text }), x_1: object({ a: text }) });
});

Deno.test("findExcess counts in all parts of a schema", () => {
  const choice = { type: "string", enum: ["small"] };
  const maybe = { type: ["string", "null"] };
  const parts: Schema[] = [
    { type: "object", properties: { x: choice }, required: ["x"] },
    { type: "array", items: choice },
    { type: "array", prefixItems: [text, choice] },
    { anyOf: [text, choice] },
    { allOf: [choice] },
    { type: "object", additionalProperties: choice },
    { $ref: "#/$defs/a", $defs: { a: choice } },
  ];
  for (const part of parts) {
    const expected = "it has 1 enum values: expected at most 0";
    assertEquals(findExcess(part, { ...openaiStrict, maxEnumValues: 0 }), expected);
    assertEquals(findExcess(part, { ...openaiStrict, maxEnumValues: 1 }), undefined);
  }
  const unions = { ...object({ a: maybe, b: { anyOf: [text, maybe] } }) };
  assertEquals(
    findExcess(unions, { ...openaiStrict, maxUnions: 2 }),
    "it has 3 unions: expected at most 2",
  );
});
