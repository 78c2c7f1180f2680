import { assert, assertEquals, assertThrows } from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { ConfigError, type JsonSchema } from "@nomos/agent";
import {
  anthropic,
  type CheckedProfile,
  gemini,
  lowerArgs,
  plain,
  PROFILES,
} from "./profile_fixture.ts";

const text = { type: "string" };
const number = { type: "number" };

/** Returns the lowered form of one property. */
function lowerProperty(checked: CheckedProfile, x: unknown): JsonSchema {
  const library = x instanceof z.ZodType ? z.object({ x }) : v.object({ x } as v.ObjectEntries);
  return (lowerArgs(checked, library).properties as Record<string, JsonSchema>).x!;
}

function closed(properties: object, required: string[] = Object.keys(properties)): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

/** Returns the message for a property that a profile does not support. */
function refusal(checked: CheckedProfile, x: unknown): string {
  return assertThrows(() => lowerProperty(checked, x), ConfigError).message;
}

interface Tree {
  readonly name: string;
  readonly children: Tree[];
}
const tree: v.GenericSchema<Tree> = v.object({
  name: v.string(),
  children: v.array(v.lazy(() => tree)),
});

/** Intersection that no profile can merge. */
const conflicting = v.intersect([
  v.object({ a: v.string() }),
  v.object({ a: v.picklist(["b", "c"]) }),
]);

/** Schemas that every profile supports. */
const CORPUS: Readonly<Record<string, unknown>> = {
  nothing: v.object({}),
  valibot: v.object({
    name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(9), v.description("Who")),
    email: v.optional(v.pipe(v.string(), v.email())),
    at: v.pipe(v.string(), v.isoTimestamp()),
    time: v.pipe(v.string(), v.isoTime()),
    link: v.pipe(v.string(), v.url()),
    code: v.pipe(v.string(), v.regex(/^\p{L}{2}\b/u)),
    count: v.optional(v.pipe(v.number(), v.integer(), v.gtValue(0), v.maxValue(9)), 1),
    list: v.pipe(v.array(v.picklist(["a", "b"])), v.minLength(2), v.maxLength(3)),
    pair: v.tuple([v.string(), v.optional(v.number())]),
    either: v.nullish(v.union([v.string(), v.array(v.boolean())])),
    yes: v.literal(true),
    mixed: v.picklist(["a", 1]),
  }),
  variant: v.object({
    shape: v.variant("kind", [
      v.object({ size: v.optional(v.number()), kind: v.literal("circle") }),
      v.object({ side: v.nullable(v.number()), kind: v.picklist(["square", "cube"]) }),
    ]),
  }),
  zod: z.object({
    at: z.iso.datetime().optional(),
    date: z.iso.date(),
    flags: z.literal([true, null, 0, "x"]),
    code: z.string().regex(/^[A-Z]{2}$/i).min(2),
    pair: z.tuple([z.int().positive(), z.string()]),
    inner: z.object({ tags: z.array(z.string()).min(1).optional() }).describe("Inside"),
    either: z.discriminatedUnion("k", [
      z.object({ n: z.number(), k: z.literal("a") }),
      z.object({ k: z.literal("b"), n: z.number().optional() }),
    ]),
  }),
  arktype: type({
    email: "string.email",
    count: "1<number<5",
    "names?": "string[]>2",
    pair: ["string", "number"],
    is: "true|'x'|null",
  }),
};

for (const [name, schema] of Object.entries(CORPUS)) {
  for (const checked of PROFILES) {
    Deno.test(`${checked.profile.name} is lowered to a schema that its vendor accepts: ${name}`, () => {
      lowerArgs(checked, schema);
    });
  }
}

Deno.test("anthropicStructured omits optional properties, and keeps null if it is a value", () => {
  const schema = v.object({
    a: v.optional(v.string()),
    b: v.nullable(v.string()),
    c: v.nullish(v.string()),
  });
  const orNull = { anyOf: [text, { type: "null" }] };
  assertEquals(lowerArgs(anthropic, schema), closed({ a: text, b: orNull, c: orNull }, ["b"]));
});

Deno.test("anthropicStructured describes unsupported restrictions in words", () => {
  assertEquals(
    lowerProperty(anthropic, v.pipe(v.array(v.string()), v.minLength(3), v.maxLength(5))),
    {
      type: "array",
      items: text,
      minItems: 1,
      description: "at least 3 items; at most 5 items",
    },
  );
  assertEquals(lowerProperty(anthropic, v.pipe(v.number(), v.minValue(1), v.multipleOf(2))), {
    ...number,
    description: "multipleOf 2; minimum 1",
  });
  assertEquals(lowerProperty(anthropic, v.pipe(v.string(), v.regex(/^a\b/), v.minLength(2))), {
    ...text,
    description: "matching the regular expression ^a\\b; at least 2 characters",
  });
  assertEquals(
    lowerProperty(anthropic, v.pipe(v.string(), v.regex(/^[a-z]{2}$/))).pattern,
    "^[a-z]{2}$",
  );
  assertEquals(lowerProperty(anthropic, v.tuple([v.string(), v.number()])), {
    type: "array",
    items: { anyOf: [text, number] },
    minItems: 1,
    description: "the items in the order given; at least 2 items; at most 2 items",
  });
});

Deno.test("anthropicStructured refuses recursion and open objects, with the keyword", () => {
  const name = "anthropic-structured: expected ";
  const lead = 'Cannot use the schema of tool "t": ';
  const forest = v.object({ a: v.lazy(() => tree) });
  assertEquals(
    refusal(anthropic, forest),
    `${lead}"$ref" back to itself (a recursive schema) at "x.a.children[]" is not supported by the schema profile ${name}a schema without recursion`,
  );
  const open =
    `"additionalProperties" (a record or open object) at "x" is not supported by the schema profile ${name}`;
  assertEquals(
    refusal(anthropic, v.record(v.string(), v.number())),
    `${lead}${open}listed properties`,
  );
  assertEquals(
    refusal(anthropic, v.unknown()),
    `${lead}an unknown or any type at "x" is not supported by the schema profile ${name}a schema with a type`,
  );
  assertEquals(
    refusal(anthropic, conflicting),
    `${lead}"allOf" of parts that cannot be merged, different schemas for the property "a" in several parts, at "x" is not supported by the schema profile ${name}one schema`,
  );
  assertEquals(
    refusal(anthropic, v.tupleWithRest([v.string()], v.number())),
    `${lead}"items" after "prefixItems" (a tuple with rest) at "x" is not supported by the schema profile ${name}a fixed length`,
  );
});

Deno.test("geminiStructured lowers constants to an enum, or describes them", () => {
  assertEquals(lowerProperty(gemini, v.literal("a")), { ...text, enum: ["a"] });
  assertEquals(lowerProperty(gemini, v.literal(1)), { ...number, enum: [1] });
  assertEquals(lowerProperty(gemini, v.literal(true)), {
    type: "boolean",
    description: "only true",
  });
  assertEquals(lowerProperty(gemini, z.literal([true, false])), { type: "boolean" });
  assertEquals(lowerProperty(gemini, v.null()), { type: "null" });
  assertEquals(lowerProperty(gemini, z.literal(["a", 1, "b", null])), {
    anyOf: [{ ...text, enum: ["a", "b"] }, { ...number, enum: [1] }, { type: "null" }],
  });
  const variant = v.variant("kind", [
    v.object({ size: v.number(), kind: v.literal("a") }),
    v.object({ many: v.picklist(["x", "y"]), kind: v.literal("b") }),
  ]);
  const names = (lowerProperty(gemini, variant).anyOf as JsonSchema[])
    .map(({ properties }) => Object.keys(properties as object));
  assertEquals(names, [["kind", "size"], ["kind", "many"]]);
});

Deno.test("geminiStructured keeps tuples and records, and widens unsupported bounds", () => {
  assertEquals(lowerProperty(gemini, v.tuple([v.string(), v.optional(v.number())])), {
    type: "array",
    prefixItems: [text, number],
    minItems: 1,
    maxItems: 2,
  });
  assertEquals(lowerProperty(gemini, v.tupleWithRest([v.string()], v.number())), {
    type: "array",
    prefixItems: [text],
    items: number,
    minItems: 1,
  });
  assertEquals(lowerProperty(gemini, v.pipe(v.record(v.string(), v.number()), v.minEntries(1))), {
    type: "object",
    additionalProperties: number,
    description: "at least 1 properties",
  });
  assertEquals(lowerProperty(gemini, v.looseObject({ a: v.optional(v.string()) })), {
    ...closed({ a: text }, []),
    additionalProperties: true,
  });
  assertEquals(lowerProperty(gemini, z.record(z.enum(["a", "b"]), z.boolean())), {
    ...closed({ a: { type: "boolean" }, b: { type: "boolean" } }),
    additionalProperties: { type: "boolean" },
    description: 'propertyNames {"type":"string","enum":["a","b"]}',
  });
  assertEquals(lowerProperty(gemini, v.pipe(v.number(), v.gtValue(0), v.ltValue(9))), {
    ...number,
    minimum: 0,
    maximum: 9,
    description: "exclusiveMaximum 9; exclusiveMinimum 0",
  });
  assertEquals(lowerProperty(gemini, v.pipe(v.string(), v.regex(/a/), v.email())), {
    ...text,
    description: "matching the regular expression a; in the format email",
  });
});

Deno.test("geminiStructured makes a property optional that closes a cycle", () => {
  const { properties, required, description } = lowerArgs(gemini, tree);
  // The root occurs once more inside, where the cycle closes.
  assertEquals([required, description], [["name", "children"], undefined]);
  const { items } = (properties as { children: JsonSchema }).children;
  assertEquals(items, { $ref: "#/$defs/tool_t_0" });
  const wrapped = v.object({ tree: v.lazy(() => tree) });
  assertEquals(lowerArgs(gemini, wrapped).required, ["tree"]);
  const loops = v.lazy((): v.GenericSchema => v.array(loops));
  assertEquals(
    refusal(gemini, loops),
    'Cannot use the schema of tool "t": "$ref" back to itself outside of a property at "x[]" ' +
      "is not supported by the schema profile gemini-structured: expected the reference inside a property",
  );
  const map: v.GenericSchema = v.record(v.string(), v.lazy(() => map));
  lowerArgs(gemini, map);
  const list: v.GenericSchema = v.object({ items: v.lazy(() => v.array(v.lazy(() => list))) });
  lowerArgs(gemini, v.object({ list }));
});

Deno.test("geminiStructured refuses intersections and values of any type, with the keyword", () => {
  const end = "is not supported by the schema profile gemini-structured: expected";
  assertEquals(
    refusal(gemini, conflicting),
    `Cannot use the schema of tool "t": "allOf" of parts that cannot be merged, different schemas for the property "a" in several parts, at "x" ${end} one schema`,
  );
  assertEquals(
    refusal(gemini, v.array(v.any())),
    `Cannot use the schema of tool "t": an unknown or any type at "x[]" ${end} a schema with a type`,
  );
});

Deno.test("plainJsonSchema keeps every restriction that JSON Schema expresses exactly", () => {
  const kept: [schema: unknown, form: JsonSchema][] = [
    [v.pipe(v.string(), v.nonEmpty(), v.maxLength(9)), { ...text, minLength: 1, maxLength: 9 }],
    [v.pipe(v.string(), v.url()), { ...text, format: "uri" }],
    [v.pipe(v.number(), v.notValue(3)), { ...number, not: { const: 3 } }],
    [v.pipe(v.number(), v.gtValue(1), v.multipleOf(2)), {
      ...number,
      multipleOf: 2,
      exclusiveMinimum: 1,
    }],
    [v.pipe(v.record(v.string(), v.number()), v.maxEntries(3)), {
      type: "object",
      additionalProperties: number,
      maxProperties: 3,
    }],
    [v.record(v.pipe(v.string(), v.regex(/^a/)), v.unknown()), {
      type: "object",
      additionalProperties: true,
      propertyNames: { ...text, pattern: "^a" },
    }],
    [v.looseTuple([v.string()]), { type: "array", prefixItems: [text], minItems: 1 }],
    [v.tupleWithRest([], v.string()), { type: "array", items: text, minItems: 0 }],
    [v.looseTuple([]), { type: "array", items: {}, minItems: 0 }],
    [v.unknown(), {}],
    [z.any().describe("Whatever"), { description: "Whatever" }],
  ];
  for (const [schema, form] of kept) assertEquals(lowerProperty(plain, schema), form);
});

Deno.test("plainJsonSchema halves minLength, because JSON Schema counts code points", () => {
  assertEquals(lowerProperty(plain, v.pipe(v.string(), v.minLength(3))), {
    ...text,
    minLength: 2,
    description: "at least 3 characters",
  });
});

Deno.test("Every profile merges an intersection of objects with different properties", () => {
  const both = v.intersect([v.object({ a: v.string() }), v.object({ b: v.nullable(v.number()) })]);
  for (const checked of PROFILES) {
    const b = { anyOf: [number, { type: "null" }] };
    assertEquals(lowerProperty(checked, both), closed({ a: text, b }));
  }
});

Deno.test("plainJsonSchema keeps intersections that cannot be merged, with open objects", () => {
  const open = ({ additionalProperties: _, ...form }: JsonSchema) => form;
  assertEquals(lowerProperty(plain, conflicting), {
    allOf: [open(closed({ a: text })), open(closed({ a: { ...text, enum: ["b", "c"] } }))],
  });
  const node: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => node)) });
  const named = v.intersect([v.lazy(() => node), v.strictObject({ next: v.string() })]);
  const allOf = lowerProperty(plain, named).allOf as JsonSchema[];
  assertEquals(allOf[1]!.additionalProperties, false);
});

Deno.test("plainJsonSchema keeps the description beside a reference", () => {
  const node: z.ZodType = z.object({
    get next() {
      return node.optional().describe("What follows");
    },
  });
  const { $ref, description } = (lowerArgs(plain, node).properties as { next: JsonSchema }).next;
  assert($ref !== undefined);
  assertEquals(description, "What follows");
});

Deno.test("No profile supports schemas without values, or without a JSON Schema", () => {
  for (const checked of PROFILES) {
    assertThrows(
      () => lowerProperty(checked, v.never()),
      ConfigError,
      '"not" without a type at "x"',
    );
    assertThrows(() => lowerProperty(checked, v.tuple([])), ConfigError, 'an empty tuple at "x"');
    assertThrows(() => lowerProperty(checked, v.date()), ConfigError, '"date"');
  }
});
