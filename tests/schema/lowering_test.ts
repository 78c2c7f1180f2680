import { openaiStrict } from "@nomos/agent/llm";
import type { SchemaProfile } from "@nomos/agent/llm";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { LoweringError } from "../../src/schema/lowering/lowered.ts";
import { lower as lowerDocument, type LoweredSchema } from "../../src/schema/lowering/lowering.ts";
import { SchemaDocument } from "../../src/schema/lowering/schema_document.ts";
import { findStrictProblems } from "./strict_checker.ts";

type Schema = Record<string, unknown>;

function lower(source: Schema, profile: SchemaProfile, prefix: string) {
  return lowerDocument(new SchemaDocument(source), profile, prefix);
}

/** Lowers a schema, and asserts that the result is in the strict subset. */
function lowerStrictly(source: Schema): LoweredSchema {
  const lowered = lower(source, openaiStrict, "x_");
  const root = {
    type: "object",
    properties: { value: lowered.schema },
    required: ["value"],
    additionalProperties: false,
    $defs: lowered.definitions,
  };
  assertEquals(findStrictProblems(root), []);
  return lowered;
}

function form(source: Schema): unknown {
  return lowerStrictly(source).schema;
}

function refusal(source: unknown): string {
  return assertThrows(() => lower(source as Schema, openaiStrict, "x_"), LoweringError).message;
}

const text = { type: "string" };

function object(properties: Schema, required: string[] = Object.keys(properties)): Schema {
  return { type: "object", properties, required };
}

/** Returns the form of a lowered object. */
function closed(properties: Schema): Schema {
  return { ...object(properties), additionalProperties: false };
}

Deno.test("lower closes objects, requires every property, and makes optional ones nullable", () => {
  const source = object({ a: text, b: { type: "number" } }, ["a"]);
  assertEquals(form(source), closed({ a: text, b: { type: ["number", "null"] } }));
  assertEquals(form(object({})), closed({}));
  assertEquals(form({ ...object({ a: text }), additionalProperties: false }), closed({ a: text }));
  const { required: _, ...optional } = object({ a: text });
  assertEquals(form(optional), closed({ a: { type: ["string", "null"] } }));
});

Deno.test("lower adds null to an optional property of any form", () => {
  const none = { type: "null" };
  const forms: [source: Schema, expected: Schema][] = [
    [{ type: "boolean" }, { type: ["boolean", "null"] }],
    [{ type: "integer", minimum: 1 }, { type: ["integer", "null"], minimum: 1 }],
    [{ enum: ["a", "b"] }, { anyOf: [{ type: "string", enum: ["a", "b"] }, none] }],
    [{ const: "a" }, { anyOf: [{ type: "string", const: "a" }, none] }],
    [object({}), { anyOf: [closed({}), none] }],
    [{ type: "array", items: text }, { anyOf: [{ type: "array", items: text }, none] }],
    [{ anyOf: [text, { type: "number" }] }, { anyOf: [text, { type: "number" }, none] }],
    [
      { ...object({}), description: "Some" },
      { anyOf: [closed({}), none], description: "Some" },
    ],
  ];
  for (const [source, expected] of forms) {
    assertEquals(form(object({ a: source }, [])), closed({ a: expected }));
  }
});

Deno.test("lower does not change an optional property that is already nullable", () => {
  const forms: Schema[] = [
    { type: "null" },
    { anyOf: [text, { type: "null" }] },
    { anyOf: [text, { anyOf: [{ type: "number" }, { type: "null" }] }] },
  ];
  for (const source of forms) {
    const { schema } = lowerStrictly(object({ a: source }, []));
    assertEquals(JSON.stringify(schema).split('"null"').length, 2);
  }
  assertEquals(
    form(object({ a: { enum: ["b", null] } }, [])),
    closed({
      a: { type: ["string", "null"], enum: ["b", null] },
    }),
  );
  assertEquals(
    form(object({ a: { type: ["string", "null"] } }, [])),
    closed({
      a: { anyOf: [text, { type: "null" }] },
    }),
  );
});

Deno.test("lower refuses unsupported constructs, with the path and the keyword", () => {
  const cases: [source: unknown, part: string][] = [
    [{ type: "object", additionalProperties: text }, '"additionalProperties"'],
    [{ ...object({}), additionalProperties: true }, '"additionalProperties"'],
    [{ ...object({}), additionalProperties: {} }, '"additionalProperties"'],
    [{ type: "object" }, '"additionalProperties"'],
    [{}, "unknown or any type"],
    [{ description: "Anything" }, "unknown or any type"],
    [{ not: {} }, '"not"'],
    [true, "a schema that is true"],
    [false, "a schema that is false"],
    [{ allOf: [object({ a: text }), object({ a: { const: "b" } })] }, '"allOf"'],
    [{ allOf: [object({ a: text }), object({ a: { const: "b" } })] }, 'the property "a"'],
    [{ ...object({}), patternProperties: { "^x": text } }, '"patternProperties"'],
    [{ ...object({}), required: ["b"], additionalProperties: false }, '"required" of "b"'],
    [{ ...object({}), required: true }, '"required" that is true'],
    [{ type: "string", minLength: "1" }, '"minLength" that is "1"'],
    [{ type: [] }, '"type" that is []'],
    [{ $dynamicRef: "#node" }, '"$dynamicRef"'],
    [{ ...text, $recursiveRef: "#" }, '"$recursiveRef"'],
    [{ anyOf: text }, '"anyOf" that is {"type":"string"}'],
    [{ type: "array" }, "an array without items"],
    [{ type: "array", items: true }, "a schema that is true"],
    [{ type: "array", prefixItems: [text], items: text }, '"prefixItems"'],
    [{ type: "array", prefixItems: [] }, "an empty tuple"],
    [{ enum: [] }, '"enum"'],
    [{ enum: [{}] }, '"enum"'],
    [{ const: [] }, '"enum"'],
    [{ $ref: "https://example.com/a" }, '"$ref"'],
    [{ $ref: "#/$defs/missing" }, '"$ref"'],
    [{ type: "date" }, "unknown or any type"],
  ];
  for (const [source, part] of cases) {
    const message = refusal(object({ outer: object({ inner: source }) }));
    assertStringIncludes(message, part);
    assertStringIncludes(message, 'at "outer.inner');
    assertStringIncludes(message, "openai-strict: expected ");
    const isInItems = (source as Schema).items === true;
    assertStringIncludes(refusal(source), isInItems ? 'at "[]"' : "at its root");
  }
});

Deno.test("lower refuses a required property that no keyword lists, with its path", () => {
  const source = object({ x: { ...object({ a: text }), required: ["b"] } });
  assertStringIncludes(
    refusal(source),
    '"required" with a name that "properties" does not list at "x.b"',
  );
});

Deno.test("lower turns a tuple into an array of its length", () => {
  const description = "the items in the order given";
  const two = { minItems: 2, maxItems: 2, description };
  const number = { type: "number" };
  assertEquals(form({ type: "array", prefixItems: [text, number], minItems: 2 }), {
    type: "array",
    items: { anyOf: [text, number] },
    ...two,
  });
  assertEquals(form({ type: "array", prefixItems: [text], items: false, description: "One" }), {
    type: "array",
    items: text,
    maxItems: 1,
    description: `One; ${description}`,
  });
  const same = form({ type: "array", items: [text, text], maxItems: 1 }) as Schema;
  assertEquals([same.minItems, same.maxItems], [undefined, 1]);
});

Deno.test("lower keeps the last items of a tuple optional", () => {
  const source = { type: "array", prefixItems: [text, text], minItems: 1, items: false };
  const { minItems, maxItems } = form(source) as Schema;
  assertEquals([minItems, maxItems], [1, 2]);
});

Deno.test("lower turns oneOf and lists of types into anyOf", () => {
  const number = { type: "number" };
  assertEquals(form({ oneOf: [text, number] }), { anyOf: [text, number] });
  assertEquals(form({ type: ["string", "number"], description: "Both" }), {
    anyOf: [text, number],
    description: "Both",
  });
  assertEquals(form({ type: ["string"] }), text);
  assertEquals(form({ type: ["string", "null"], pattern: "a" }), {
    anyOf: [{ ...text, pattern: "a" }, { type: "null" }],
  });
});

Deno.test("lower merges nested unions without a description", () => {
  const [number, none] = [{ type: "number" }, { type: "null" }];
  assertEquals(form({ anyOf: [text, { anyOf: [number, { oneOf: [none] }] }] }), {
    anyOf: [text, number, none],
  });
  const inner = { anyOf: [number, none], description: "A count" };
  assertEquals(form({ anyOf: [text, inner] }), { anyOf: [text, inner] });
});

Deno.test("lower puts discriminators first in every object of a union", () => {
  const branch = (kind: Schema) => object({ size: text, kind });
  const names = (schema: unknown) =>
    ((schema as Schema).anyOf as Schema[]).map(({ properties }) => Object.keys(properties!));
  const first = [["kind", "size"], ["kind", "size"]];
  const union = { oneOf: [branch({ const: "a" }), branch({ const: "b" })] };
  assertEquals(names(form(union)), first);
  const lists = { oneOf: [branch({ enum: ["a", "b"] }), branch({ enum: ["c", "d"] })] };
  assertEquals(names(form(lists)), first);
});

Deno.test("lower puts discriminators first in a definition that is a branch of a union", () => {
  const $defs = { a: object({ size: text, kind: { const: "a" } }) };
  const source = { anyOf: [{ $ref: "#/$defs/a" }, object({ kind: { const: "b" } })], $defs };
  const { definitions } = lowerStrictly(source);
  assertEquals(Object.keys(Object.values(definitions)[0]!.properties as Schema), ["kind", "size"]);
});

Deno.test("lower adds types to enum and const", () => {
  assertEquals(form({ enum: ["a", "b"] }), { type: "string", enum: ["a", "b"] });
  assertEquals(form({ enum: ["a"] }), { type: "string", const: "a" });
  assertEquals(form({ enum: ["a", 1, null, true] }), {
    type: ["string", "number", "null", "boolean"],
    enum: ["a", 1, null, true],
  });
  assertEquals(form({ const: null }), { type: "null", const: null });
  assertEquals(form({ const: 0, description: "Zero" }), {
    type: "number",
    const: 0,
    description: "Zero",
  });
});

Deno.test("lower refuses an unsupported enum with its path", () => {
  assertStringIncludes(
    refusal(object({ outer: object({ inner: { enum: [] } }) })),
    '"outer.inner"',
  );
});

Deno.test("lower keeps the restrictions that the profile allows", () => {
  const kept: Schema[] = [
    { type: "string", pattern: "^a+$" },
    { type: "string", format: "date-time" },
    { type: "string", pattern: "^(?:a|b)\\.\\d{2}$" },
    { type: "number", multipleOf: 2, maximum: 3, exclusiveMaximum: 4, minimum: 0 },
    { type: "integer", exclusiveMinimum: -1 },
    { type: "array", items: text, minItems: 0, maxItems: 9 },
  ];
  for (const source of kept) assertEquals(form(source), source);
});

Deno.test("lower describes other restrictions in words, after the author's description", () => {
  const cases: [source: Schema, description: string][] = [
    [{ type: "string", minLength: 1, maxLength: 2 }, "at least 1 characters; at most 2 characters"],
    [{ type: "string", format: "uri", description: "A page" }, "A page; in the format uri"],
    [{ type: "string", default: "a" }, 'default "a"'],
    [{ type: "string", default: "" }, 'default ""'],
    [{ type: "boolean", default: false }, "default false"],
    [{ type: "string", examples: ["a", "b"] }, 'for example ["a","b"]'],
    [{ type: "string", title: "A title" }, "A title"],
    [{ type: "string", title: "A title", description: "Words" }, "Words"],
    [{ type: "array", items: text, uniqueItems: true }, "no item twice"],
    [{ ...object({ a: text }), minProperties: 1 }, "at least 1 properties"],
    [{ type: "number", not: { const: 3 } }, 'not {"const":3}'],
  ];
  for (const [source, description] of cases) {
    assertEquals((form(source) as Schema).description, description);
  }
  assertEquals(form({ type: "array", items: text, uniqueItems: false }), {
    type: "array",
    items: text,
  });
});

Deno.test("lower describes patterns with look-around or back-references, and keeps others", () => {
  const described = ["^(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<n>a)\\k<n>", "(?i:a)"];
  for (const pattern of described) {
    assertEquals(form({ type: "string", pattern }), {
      type: "string",
      description: `matching the regular expression ${pattern}`,
    });
  }
  for (const pattern of ["\\(\\?=a", "[(?=]", "(?:a)", "a|b", "\\p{L}", "\\\\d"]) {
    const schema = form({ type: "string", pattern }) as Schema;
    assert(schema.pattern === pattern || String(schema.description).includes(pattern));
  }
  assertEquals(form({ type: "string", pattern: "\\(\\?=a" }), { ...text, pattern: "\\(\\?=a" });
});

Deno.test("lower renames definitions and resolves references of every form", () => {
  const $defs = { "a/b~c d": { ...text, minLength: 1 }, other: { $ref: "#/$defs/a~1b~0c%20d" } };
  const source = {
    ...object({ x: { $ref: "#/$defs/a~1b~0c%20d" }, y: { $ref: "#/$defs/other" }, z: text }),
    $defs,
  };
  const { schema, definitions } = lowerStrictly(source);
  assertEquals(Object.keys(definitions), ["x_0", "x_1"]);
  assertEquals((schema.properties as Schema).x, { $ref: "#/$defs/x_0" });
  assertEquals(definitions.x_1, { $ref: "#/$defs/x_0" });
});

Deno.test("lower follows a recursive schema once, and a reference to the root", () => {
  const node = object({ name: text, next: { $ref: "#" } }, ["name"]);
  const { definitions } = lowerStrictly(node);
  assertEquals(Object.keys(definitions), ["x_0"]);
  assertEquals(
    definitions.x_0,
    closed({
      name: text,
      next: { anyOf: [{ $ref: "#/$defs/x_0" }, { type: "null" }] },
    }),
  );
});

Deno.test("lower recognizes nullable properties through references and unions", () => {
  const $defs = {
    maybe: { anyOf: [text, { type: "null" }] },
    alias: { $ref: "#/$defs/maybe" },
  };
  const properties: Schema[] = [
    { $ref: "#/$defs/maybe" },
    { $ref: "#/$defs/alias" },
    { anyOf: [{ type: "number" }, { $ref: "#/$defs/maybe" }] },
  ];
  for (const property of properties) {
    const { schema, definitions } = lowerStrictly({ ...object({ a: property }, []), $defs });
    assertEquals(JSON.stringify({ schema, definitions }).split('"null"').length, 2);
  }
});

Deno.test("lower accepts properties with names of inherited ones", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const properties = Object.fromEntries(names.map((name) => [name, text]));
  assertEquals(Object.keys((form(object(properties)) as { properties: Schema }).properties), names);
  assertStringIncludes(refusal({ $ref: "#/toString" }), '"$ref"');
});

Deno.test("lower does not change its source, and shares no array with it", () => {
  const values = ["a", "b"];
  const source = object({ a: { enum: values }, b: { type: "array", prefixItems: [text, text] } });
  const before = JSON.stringify(source);
  const { schema } = lowerStrictly(source);
  assertEquals(JSON.stringify(source), before);
  values.push("c");
  assertEquals(JSON.stringify(schema).includes('"c"'), false);
});

Deno.test("lower respects the profile", () => {
  const profile = {
    ...openaiStrict,
    name: "small",
    stringKeywords: ["format"],
    stringFormats: ["uri"],
    numberKeywords: [],
    arrayKeywords: ["minItems"],
  };
  const lowered = (source: Schema) => lower(source, profile, "").schema;
  assertEquals(lowered({ type: "string", pattern: "a", format: "uri" }), {
    type: "string",
    format: "uri",
    description: "matching the regular expression a",
  });
  assertEquals(lowered({ type: "number", minimum: 1 }).description, "minimum 1");
  assertEquals(lowered({ type: "array", items: text, minItems: 1, maxItems: 2 }), {
    type: "array",
    items: text,
    minItems: 1,
    description: "at most 2 items",
  });
  assertThrows(
    () => lower({}, profile, ""),
    LoweringError,
    "is not supported by the schema profile small",
  );
});
