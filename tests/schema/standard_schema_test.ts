import { openaiStrict } from "@nomos/agent/llm";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type } from "arktype";
import { z } from "zod";
import { ConfigError, type StandardSchema, Tool, ToolArgumentsError } from "@nomos/agent";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import * as v from "valibot";
import { isStandardSchema } from "../../src/schema/standard_schema.ts";
import { argsProblem, decisionSchema, lowerArgs, lowerProperty, readArgs } from "./fixture.ts";
import { readOutput } from "../../src/decision/read_output.ts";

const text = { type: "string" };
const none = { type: "null" };
const maybeText = { type: ["string", "null"] };

/** Returns the message for a schema that the strict subset does not support. */
function refusal(schema: unknown): string {
  const owner = 'tool "t"';
  return assertThrows(() => WireSchema.of(schema, owner).lower(openaiStrict, owner), ConfigError)
    .message;
}

/** Returns the lowered form of one argument. */
function zod(x: z.ZodType): unknown {
  return lowerProperty(z.object({ x }));
}

function closed(properties: Record<string, unknown>): unknown {
  const required = Object.keys(properties);
  return { type: "object", properties, required, additionalProperties: false };
}

Deno.test("isStandardSchema accepts only schemas, of every library", () => {
  assert(isStandardSchema(z.string()));
  assert(isStandardSchema(type("string")));
  const validate = (value: unknown) => ({ value });
  assert(isStandardSchema({ "~standard": { version: 1, vendor: "mine", validate } }));
  const not = [
    undefined,
    null,
    1,
    "~standard",
    {},
    [],
    () => 1,
    { "~standard": undefined },
    { "~standard": { version: 2, validate } },
    { "~standard": { version: 1 } },
  ];
  for (const value of not) assertEquals(isStandardSchema(value), false);
});

Deno.test("Zod's optional, nullable and default are lowered and read back", () => {
  assertEquals(zod(z.string().optional()), maybeText);
  assertEquals(zod(z.string().nullable()), { anyOf: [text, none] });
  assertEquals(zod(z.string().nullish()), { anyOf: [text, none] });
  assertEquals(zod(z.string().default("d")), { ...maybeText, description: 'default "d"' });
  assertEquals(zod(z.string().describe("D").optional()), { ...maybeText, description: "D" });
  const schema = z.object({
    optional: z.string().optional(),
    nullable: z.string().nullable(),
    nullish: z.string().nullish(),
    given: z.string().default("d"),
    made: z.string().default(() => "m"),
    inner: z.object({ deep: z.number().optional() }).optional(),
    list: z.array(z.object({ item: z.number().optional() })),
    partial: z.object({ a: z.string() }).partial(),
  });
  const wire = {
    optional: null,
    nullable: null,
    nullish: null,
    given: null,
    made: null,
    inner: { deep: null },
    list: [{ item: null }],
    partial: { a: null },
  };
  const read = { nullable: null, nullish: null, given: "d", made: "m" };
  const nested = { inner: {}, list: [{}], partial: {} };
  assertEquals(readArgs(schema, wire), { ...read, ...nested });
  const { inner: _, ...rest } = nested;
  assertEquals(readArgs(schema, { ...wire, inner: null }), { ...read, ...rest });
});

Deno.test("Zod's objects, arrays, unions and constants are lowered", () => {
  const object = z.object({ a: z.string() });
  assertEquals(zod(object), closed({ a: text }));
  assertEquals(zod(z.strictObject({ a: z.string() })), closed({ a: text }));
  assertEquals(zod(z.array(z.string()).min(1).max(3)), {
    type: "array",
    items: text,
    minItems: 1,
    maxItems: 3,
  });
  assertEquals(zod(z.union([z.string(), z.union([z.number(), z.null()])])), {
    anyOf: [text, { type: "number" }, none],
  });
  assertEquals(zod(z.enum(["a", "b"])), { type: "string", enum: ["a", "b"] });
  assertEquals(zod(z.literal(["a", 1, null])), {
    type: ["string", "number", "null"],
    enum: ["a", 1, null],
  });
  const branch = (kind: string) => z.object({ n: z.number(), k: z.literal(kind) });
  const { anyOf } = zod(z.discriminatedUnion("k", [branch("a"), branch("b")])) as {
    anyOf: { required: string[] }[];
  };
  assertEquals(anyOf.map(({ required }) => required), [["k", "n"], ["k", "n"]]);
  const tuple = zod(z.tuple([z.string(), z.number()])) as { minItems: number; maxItems: number };
  assertEquals([tuple.minItems, tuple.maxItems], [2, 2]);
});

Deno.test("Zod's constructs without a strict form are refused", () => {
  const cases: [schema: z.ZodType, part: string][] = [
    [z.record(z.string(), z.number()), '"additionalProperties"'],
    [z.looseObject({ a: z.string() }), '"additionalProperties"'],
    [z.object({}).catchall(z.string()), '"additionalProperties"'],
    [z.tuple([z.string()]).rest(z.number()), '"prefixItems"'],
    [z.unknown(), "unknown or any"],
    [z.any(), "unknown or any"],
    [z.never(), '"not"'],
    [z.date(), "Date"],
    [z.bigint(), "BigInt"],
    [z.map(z.string(), z.string()), "Map"],
    [z.union([z.string(), z.undefined()]), "Undefined"],
  ];
  for (const [schema, part] of cases) {
    assertStringIncludes(refusal(z.object({ x: schema })), part);
    assertStringIncludes(refusal(z.object({ x: z.array(schema) })), part);
  }
});

Deno.test("Zod's restrictions are kept or described, and never narrow a transformation", () => {
  assertEquals(zod(z.string().min(2).max(5)), {
    ...text,
    description: "at least 2 characters; at most 5 characters",
  });
  assertEquals(zod(z.number().gt(1).lte(5).multipleOf(2)), {
    type: "number",
    exclusiveMinimum: 1,
    maximum: 5,
    multipleOf: 2,
  });
  assertEquals(zod(z.url()), { ...text, description: "in the format uri" });
  // Zod's JSON Schema loses flags and transformations before a pattern. Words cannot narrow.
  assertEquals(zod(z.string().regex(/^a$/)), {
    ...text,
    description: "matching the regular expression ^a$",
  });
  assertEquals("pattern" in (zod(z.string().regex(/^(?=a)/)) as object), false);
  assertEquals(zod(z.string().transform(Number).pipe(z.number().min(3))), text);
  assertEquals((zod(z.email()) as { format: string }).format, "email");
  assertEquals("format" in (zod(z.iso.time()) as object), false);
});

Deno.test("Zod's patterns that ignore case are not narrowed", () => {
  const folded = [z.string().regex(/^yes$/i), z.string().toLowerCase().regex(/^yes$/)];
  for (const schema of folded) {
    assertEquals(z.object({ x: schema }).safeParse({ x: "YES" }).success, true);
    const { pattern = "" } = zod(schema) as { pattern?: string };
    assert(new RegExp(pattern).test("YES"), `The pattern ${pattern} excludes "YES"`);
  }
});

Deno.test("Zod's recursive schemas are lowered and read back", () => {
  const node = z.object({
    name: z.string(),
    get next() {
      return node.optional();
    },
    get kids() {
      return z.array(node);
    },
  });
  const json = JSON.stringify(decisionSchema({ tools: { t: node } }).json);
  assert(!/__schema|"#"/.test(json), json);
  lowerArgs(node);
  const kid = { name: "c", next: null, kids: [] };
  assertEquals(
    readArgs(node, { name: "a", next: { name: "b", next: null, kids: [kid] }, kids: [] }),
    {
      name: "a",
      next: { name: "b", kids: [{ name: "c", kids: [] }] },
      kids: [],
    },
  );
  const problem = argsProblem(node, { name: "a", next: null, kids: [{ ...kid, name: 1 }] });
  assertEquals(problem.path, "decision.calls.0.args.kids.0.name");
});

Deno.test("Zod's tuples with optional last items are lowered, or refused", () => {
  const schema = z.object({ x: z.tuple([z.string(), z.number().optional()]) });
  const { minItems } = lowerProperty(schema) as { minItems: number };
  assertEquals(minItems, 1);
  assertEquals(readArgs(schema, { x: ["a"] }), { x: ["a"] });
});

Deno.test("Zod's asynchronous checks are awaited", async () => {
  const schema = z.object({ x: z.string().refine((x) => Promise.resolve(x !== "bad"), "Not bad") });
  const read = async (x: string) =>
    await readOutput(decisionSchema({ tools: { t: schema } }), {
      decision: { action: "TOOL_CALL", calls: [{ tool: "t", args: { x } }] },
    });
  assert((await read("good")).success);
  const reading = await read("bad");
  assert(!reading.success);
  assertEquals(reading.problem.path, "decision.calls.0.args.x");
  assertEquals(reading.problem.message, "Not bad");
});

Deno.test("arktype's schemas are lowered and read back", () => {
  const schema = type({
    name: "string > 1",
    "size?": "'small' | 'large'",
    "note?": "string | null",
    count: "1 <= number.integer <= 9",
    tags: "1 <= string[] <= 3",
    inner: { "deep?": "boolean" },
    pair: ["string", "number"],
    is: "boolean | null",
    parsed: "string.numeric.parse",
  });
  const properties = lowerArgs(schema).properties as Record<string, Record<string, unknown>>;
  assertEquals(properties.count, { type: "integer", minimum: 1, maximum: 9 });
  assertEquals(properties.inner, closed({ deep: { type: ["boolean", "null"] } }));
  assertEquals(properties.name!.description, "at least 2 characters");
  assertEquals(properties.parsed!.type, "string");
  const wire = {
    name: "abc",
    size: null,
    note: null,
    count: 2,
    tags: ["a"],
    inner: { deep: null },
    pair: ["a", 1],
    is: null,
    parsed: "12",
  };
  const { size: _, ...rest } = wire;
  assertEquals(readArgs(schema, wire), { ...rest, inner: {}, parsed: 12 });
  assertEquals(argsProblem(schema, { ...wire, count: 99 }).path, "decision.calls.0.args.count");
});

Deno.test("arktype's constructs without a strict form are refused", () => {
  const cases: [schema: StandardSchema, part: string][] = [
    [type({ x: "Record<string, number>" }), '"additionalProperties"'],
    [type({ x: { "[string]": "number" } }), '"additionalProperties"'],
    [type({ x: ["string", "...", "number[]"] }), '"prefixItems"'],
    [type({ x: "unknown" }), "unknown or any"],
    [type({ x: "Date" }), "unknown or any"],
    [type({ x: "bigint" }), "unknown or any"],
  ];
  for (const [schema, part] of cases) assertStringIncludes(refusal(schema), part);
});

Deno.test("arktype's tuples with optional last items are lowered, or refused", () => {
  const schema = type({ x: ["string", "number?"] });
  assertEquals((lowerProperty(schema) as { minItems: number }).minItems, 1);
});

Deno.test("A library's definition names are not sent to the model", () => {
  const json = {
    $defs: { "my node": closed({ next: { anyOf: [{ $ref: "#/$defs/my%20node" }, none] } }) },
  };
  const foreign: StandardSchema = {
    "~standard": {
      version: 1,
      vendor: "mine",
      validate: (value) => ({ value }),
      jsonSchema: {
        input: () => ({ ...closed({ x: { $ref: "#/$defs/my%20node" } }) as object, ...json }),
      },
    },
  };
  lowerArgs(foreign);
  assert(!JSON.stringify(decisionSchema({ tools: { t: foreign } }).json).includes("my"));
});

Deno.test("valibot's includes() of a list is checked, although JSON Schema has no word for it here", async () => {
  const tool = new Tool({
    name: "pick",
    description: "Pick numbers",
    args: v.object({ numbers: v.pipe(v.array(v.number()), v.includes(1)) }),
    run: ({ numbers }) => numbers.length,
  });
  assertEquals(await tool.call({ numbers: [1, 2] }), 2);
  await assertRejects(() => tool.call({ numbers: [2] }), ToolArgumentsError, "numbers");
});

Deno.test("A library without a JSON Schema converter, or whose converter throws, is refused", () => {
  const standard = {
    version: 1,
    vendor: "mine",
    validate: (value: unknown) => ({ value }),
  } as const;
  const message = refusal({ "~standard": standard });
  assertStringIncludes(message, 'its library "mine" does not implement Standard JSON Schema');
  const input = () => {
    throw new Error("No such thing");
  };
  assertStringIncludes(
    refusal({ "~standard": { ...standard, jsonSchema: { input } } }),
    "No such thing",
  );
  const empty = { ...standard, jsonSchema: { input: () => undefined as never } };
  refusal({ "~standard": empty });
});
