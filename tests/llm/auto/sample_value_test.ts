import type { JsonSchema } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { openaiStrict } from "@nomos/agent/llm";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type } from "arktype";
import { z } from "zod";
import { deleteNulls } from "../../../src/schema/null_deletion.ts";
import { WireSchema } from "../../../src/schema/wire_schema.ts";
import { sampleValue } from "../../../src/llm/auto/sample_value.ts";
import { seededRandom } from "../../../src/random.ts";
import { fits, randomSchema } from "./schema_fixture.ts";
import * as v from "valibot";

const SIZES = Array.from({ length: 20 }, (_, size) => size);

/** Generates a value of a schema for each size. */
function values(schema: JsonSchema, seed = 1): unknown[] {
  const random = seededRandom(seed);
  return SIZES.map((size) => sampleValue(schema, random, size));
}

function simplest(schema: JsonSchema): unknown {
  return sampleValue(schema, seededRandom(1), 0);
}

function object(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: "object", properties };
}

/** Returns the sizes at which the author's schema accepts the value generated for its lowered form. */
async function acceptedSizes(
  schema: unknown,
  profile: SchemaProfile = openaiStrict,
): Promise<number[]> {
  const wire = WireSchema.of(schema, "test");
  const { schema: json, definitions } = wire.lower(profile, "test");
  const random = seededRandom(1);
  const sizes: number[] = [];
  for (const size of SIZES) {
    const value = sampleValue(json, random, size, { $defs: definitions });
    if (value === undefined) continue;
    const { issues } = await wire.validate(deleteNulls(value, wire));
    if (issues === undefined) sizes.push(size);
  }
  return sizes;
}

interface Tree {
  readonly children: Tree[];
}
const tree: v.GenericSchema<Tree> = v.object({ children: v.array(v.lazy(() => tree)) });

const sum: v.GenericSchema = v.variant("is", [
  v.object({ is: v.literal("sum"), left: v.lazy(() => sum), right: v.lazy(() => sum) }),
  v.object({ is: v.literal("number"), value: v.number() }),
]);

/** Schemas whose lowered form states all their restrictions. */
const COMPLETE: Readonly<Record<string, unknown>> = {
  nothing: v.object({}),
  literals: v.object({ a: v.literal("x"), b: v.picklist(["y", "z"]), c: v.boolean(), d: v.null() }),
  optional: v.object({ a: v.optional(v.string()), b: v.nullable(v.number()), c: v.nullish(tree) }),
  union: v.object({ a: v.union([v.string(), v.number(), v.object({ b: v.boolean() })]) }),
  variant: v.object({ a: sum }),
  recursive: tree,
  lengths: v.object({
    long: v.pipe(v.string(), v.minLength(50)),
    short: v.pipe(v.string(), v.maxLength(2)),
    exact: v.pipe(v.string(), v.length(7)),
    code: v.pipe(v.string(), v.regex(/^[A-Z]+$/), v.minLength(8), v.maxLength(10)),
    key: v.pipe(v.string(), v.regex(/^[a-f]+$/), v.minLength(100)),
  }),
  numbers: v.object({
    count: v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(4)),
    share: v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
    cold: v.pipe(v.number(), v.maxValue(-3.5)),
    dozens: v.pipe(v.number(), v.multipleOf(12), v.minValue(100)),
  }),
  arrays: v.object({
    some: v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(3)),
    none: v.pipe(v.array(v.string()), v.maxLength(0)),
  }),
  formats: v.object({
    email: v.pipe(v.string(), v.email()),
    uuid: v.pipe(v.string(), v.uuid()),
    ipv4: v.pipe(v.string(), v.ipv4()),
    ipv6: v.pipe(v.string(), v.ipv6()),
    date: v.pipe(v.string(), v.isoDate()),
    time: v.pipe(v.string(), v.isoTime()),
    dateTime: v.pipe(v.string(), v.isoDateTime()),
    timestamp: v.pipe(v.string(), v.isoTimestamp()),
    url: v.pipe(v.string(), v.url()),
    digits: v.pipe(v.string(), v.digits()),
    color: v.pipe(v.string(), v.hexColor()),
  }),
  flags: v.object({ a: v.pipe(v.string(), v.regex(/^[a-f]{3}-x$/i)) }),
  zod: z.object({
    email: z.email(),
    uuid: z.uuid(),
    date: z.iso.date(),
    dateTime: z.iso.datetime(),
    duration: z.iso.duration(),
    hostname: z.hostname(),
    code: z.string().regex(/^[A-Z]{2}\d+$/),
    count: z.int().positive(),
    name: z.string().min(3).max(5),
    note: z.string().optional(),
  }),
  arktype: type({ email: "string.email", count: "1<number<5", "names?": "string[]>2" }),
};

for (const [name, schema] of Object.entries(COMPLETE)) {
  Deno.test(`sampleValue, every value is accepted if the JSON Schema has all restrictions: ${name}`, async () => {
    assertEquals(await acceptedSizes(schema), SIZES);
  });
}

Deno.test("sampleValue, respects limits in the description if the profile has few keywords", async () => {
  const poor: SchemaProfile = {
    ...openaiStrict,
    name: "poor",
    stringKeywords: [],
    numberKeywords: [],
    arrayKeywords: [],
  };
  for (const name of ["lengths", "numbers", "arrays", "formats"]) {
    assertEquals(await acceptedSizes(COMPLETE[name], poor), SIZES, name);
  }
});

Deno.test("sampleValue, some values are accepted if the JSON Schema has only some restrictions", async () => {
  const incomplete = {
    tuple: v.tuple([v.string(), v.number(), v.string()]),
    number: v.pipe(v.string(), v.transform(Number), v.number()),
    date: v.pipe(v.string(), v.toDate()),
    other: v.pipe(v.number(), v.notValue(1)),
    even: v.pipe(v.number(), v.check((value) => value % 2 === 0)),
    money: v.pipe(v.number(), v.multipleOf(0.01)),
    fraction: v.pipe(v.number(), v.check((value) => !Number.isInteger(value))),
    set: v.pipe(
      v.array(v.picklist(["a", "b", "c"])),
      v.minLength(2),
      v.check((list) => new Set(list).size === list.length),
    ),
  };
  for (const [name, schema] of Object.entries(incomplete)) {
    assert((await acceptedSizes(v.object({ schema }))).length > 0, name);
  }
});

Deno.test("sampleValue, returns a valid value for random schemas of the subset", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed);
    const schema = randomSchema(random);
    for (const size of [0, 1, 2, 5, 19]) {
      const value = sampleValue(schema, random, size);
      assert(
        value !== undefined && fits(value, schema),
        `${JSON.stringify(value)} for ${JSON.stringify(schema)}, size ${size}`,
      );
      assertEquals(JSON.parse(JSON.stringify(value)), value);
    }
  }
});

Deno.test("sampleValue, returns the simplest value at size 0: null, empty, short, near 1, not recursive", () => {
  assertEquals(simplest({ type: ["string", "null"] }), null);
  assertEquals(simplest({ anyOf: [object({}), { type: "null" }] }), null);
  assertEquals(simplest({ type: "array", items: { type: "string" } }), []);
  assertEquals(simplest({ type: "array", items: { const: 3 }, minItems: 2 }), [3, 3]);
  assertEquals(simplest({ type: "string" }), "text");
  assertEquals(simplest({ type: "string", pattern: "^a+b?$" }), "a");
  assertEquals(simplest({ type: "integer" }), 1);
  assertEquals(simplest({ type: "number", maximum: 0 }), 0);
  assertEquals(simplest({ type: "number", minimum: 10 }), 10);
  assertEquals(simplest({ type: "number", minimum: 0.3, maximum: 0.3, multipleOf: 0.1 }), 0.3);
  const { MAX_SAFE_INTEGER } = Number;
  assertEquals(simplest({ type: "integer", minimum: MAX_SAFE_INTEGER }), MAX_SAFE_INTEGER);
  const node = { type: "object", properties: { next: { $ref: "#/$defs/node" } } };
  const list = { anyOf: [{ $ref: "#/$defs/node" }, { const: "end" }] };
  const schema = { ...list, $defs: { node: { anyOf: [node, { const: "leaf" }] } } };
  assertEquals(simplest(schema), "end");
  assertEquals(values(schema).some((value) => typeof value === "object"), true);
});

Deno.test("sampleValue, returns more varied values at larger sizes", () => {
  const tuple = new Set(values({ type: ["integer", "null"] }));
  assert(tuple.has(null) && tuple.size > 5, `${[...tuple]}`);
  const lists = values({ type: "array", items: { type: "boolean" } }) as unknown[][];
  assertEquals(Math.max(...lists.map(({ length }) => length)), 3);
  const texts = new Set(values({ type: "string" }));
  assert(texts.size > 10, `${[...texts]}`);
});

Deno.test("sampleValue, returns the same values for the same seed, others for another", () => {
  const schema = object({
    a: { enum: ["x", "y", "z"] },
    b: { type: "string", format: "uuid" },
    c: { type: "boolean" },
  });
  assertEquals(values(schema, 5), values(schema, 5));
  assertNotEquals(values(schema, 5), values(schema, 6));
});

Deno.test("sampleValue, bounds recursive values, however large the size", () => {
  const three = { $ref: "#/$defs/node" };
  const node = { anyOf: [object({ a: three, b: three, c: three }), { const: 0 }] };
  const schema = { ...three, $defs: { node } };
  const lengths = Array.from(
    { length: 50 },
    (_, seed) => JSON.stringify(values(schema, seed)).length,
  );
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  assert(mean > 200 && mean < 600, `${mean} characters for twenty values`);
});

Deno.test("sampleValue, returns the items of a tuple in order, and those of a set once", () => {
  const items = { anyOf: [{ type: "string" }, { type: "integer" }] };
  const description = "A pair; the items in the order given";
  const pair = simplest({ type: "array", items, minItems: 2, maxItems: 2, description });
  assertEquals((pair as unknown[]).map((item) => typeof item), ["string", "number"]);
  const set = { type: "array", items: { enum: ["a", "b", "c"] }, minItems: 3, maxItems: 3 };
  for (const said of [{ description: "no item twice" }, { uniqueItems: true }]) {
    for (const value of values({ ...set, ...said })) {
      assertEquals([...value as string[]].sort(), ["a", "b", "c"]);
    }
  }
});

Deno.test("sampleValue, returns undefined if a schema has no value, or none can be generated", () => {
  const none: JsonSchema[] = [
    { type: "integer", minimum: 2, maximum: 1 },
    { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 },
    { type: "number", exclusiveMinimum: 1, exclusiveMaximum: 1 },
    { type: "number", multipleOf: 5, minimum: 6, maximum: 9 },
    { type: "string", description: "at least 5 characters; at most 4 characters" },
    { type: "string", description: "at least 1000000000 characters" },
    { type: "string", pattern: "(a)\\1" },
    { type: "string", pattern: "^a$", description: "at least 2 characters" },
    { type: "array", items: { type: "string" }, minItems: 2, maxItems: 1 },
    { type: "array", items: { type: "string" }, minItems: 1_000_000_000 },
    { type: "array", items: { const: 1 }, minItems: 2, description: "no item twice" },
    { anyOf: [] },
    { enum: [] },
    { $ref: "#/$defs/missing" },
    { $ref: "#/$defs/self", $defs: { self: object({ self: { $ref: "#/$defs/self" } }) } },
    { type: "unheard of" },
  ];
  for (const schema of none) {
    assertEquals(values(schema), SIZES.map(() => undefined), JSON.stringify(schema));
    if (schema.$defs !== undefined) continue;
    assertEquals(values(object({ inside: schema })), SIZES.map(() => undefined));
    assertEquals(simplest({ anyOf: [schema, { const: "other" }] }), "other");
  }
});

Deno.test("sampleValue, does not mistake inherited members for formats or properties", () => {
  const schema = { type: "string", format: "constructor" };
  assertEquals(simplest(schema), "text");
  const value = simplest({
    type: "object",
    properties: JSON.parse('{"__proto__":{"const":1},"toString":{"const":2}}'),
  });
  assertEquals(Object.entries(value as object), [["__proto__", 1], ["toString", 2]]);
});
