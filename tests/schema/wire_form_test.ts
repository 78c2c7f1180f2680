import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import { ConfigError, type StandardSchema, Tool } from "@nomos/agent";
import { openaiStrict } from "@nomos/agent/llm";
import { deleteNulls } from "../../src/schema/null_deletion.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { lowerArgs } from "./fixture.ts";

const text = { type: "string" };

/** Creates a schema of an unknown library with a JSON Schema. */
function foreign(json: Record<string, unknown>): StandardSchema {
  const validate = (value: unknown) => ({ value });
  return {
    "~standard": { version: 1, vendor: "mine", validate, jsonSchema: { input: () => json } },
  };
}

Deno.test("WireSchema reads the JSON Schema of a schema object once", () => {
  let conversions = 0;
  const input = () => {
    conversions++;
    return { type: "object", properties: {}, required: [] };
  };
  const schema = {
    "~standard": {
      version: 1,
      vendor: "mine",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input },
    },
  } as const;
  for (const name of ["a", "b", "a"]) {
    new Tool({ name, description: "", args: schema, run: () => "" });
  }
  assertEquals(conversions, 1);
});

Deno.test("WireSchema shares the form of schemas with equal JSON Schemas, never their validation", () => {
  const make = (limit: number) =>
    v.object({ x: v.pipe(v.string(), v.check((x) => x.length < limit)) });
  const [short, long] = [1, 5].map((limit) => WireSchema.of(make(limit), "a test"));
  assertStrictEquals(short!.form, long!.form);
  assert(short !== long);
  assert((short!.validate({ x: "abc" }) as { issues?: unknown }).issues !== undefined);
  assert((long!.validate({ x: "abc" }) as { issues?: unknown }).issues === undefined);
});

Deno.test("WireSchema describes patterns of other libraries in words, even if the JSON Schemas are equal", () => {
  const args = v.object({ x: v.pipe(v.string(), v.regex(/^a$/)) });
  const json = { type: "object", properties: { x: { type: "string", pattern: "^a$" } } };
  const other = foreign({ ...json, required: ["x"] });
  for (const schemas of [[args, other], [other, args]]) {
    const lowered = schemas.map((schema) => JSON.stringify(lowerArgs(schema)));
    assertEquals(
      lowered.map((text) => text.includes('"pattern"')),
      schemas.map((one) => one === args),
    );
  }
});

Deno.test("WireSchema accepts exponentially many paths of references to one definition", () => {
  const definition = (index: number) =>
    index < 60 ? { anyOf: [1, 2].map(() => ({ $ref: `#/$defs/d${index + 1}` })) } : text;
  const $defs = Object.fromEntries(
    Array.from({ length: 61 }, (_, at) => [`d${at}`, definition(at)]),
  );
  const source = { type: "object", properties: { a: { $ref: "#/$defs/d0" } }, $defs };
  const wire = WireSchema.of(foreign(source), "a test");
  assertEquals(Object.keys(wire.lower(openaiStrict, "a test").definitions).length, 61);
  assertEquals(deleteNulls({ a: null }, wire), {});
});

Deno.test("WireSchema accepts a union of 20,000 branches without comparing each pair", () => {
  const branches = Array.from({ length: 20_000 }, (_, at) => ({
    type: "object",
    properties: { kind: { const: `k${at}` }, a: text, b: text },
    required: ["kind"],
  }));
  const source = { type: "object", properties: { a: { anyOf: branches } }, required: ["a"] };
  const start = performance.now();
  const wire = WireSchema.of(foreign(source), "a test");
  assertEquals(deleteNulls({ a: { kind: "k7", a: null } }, wire), { a: { kind: "k7" } });
  // Comparing each pair would take half an hour.
  assert(performance.now() - start < 60_000);
});

Deno.test("WireSchema intersects two lists of 200,000 values without comparing each pair", () => {
  const [a, b] = ["a", "b"].map((letter) => ({
    enum: [...Array.from({ length: 200_000 }, (_, at) => `${letter}${at}`), 1],
  }));
  const source = { type: "object", properties: { a: { allOf: [a, b] } }, required: ["a"] };
  const start = performance.now();
  const wire = WireSchema.of(foreign(source), "a test");
  const { schema } = wire.lower(openaiStrict, "a test");
  assertEquals(schema.properties, { a: { type: "number", const: 1 } });
  // Comparing each pair would take minutes.
  assert(performance.now() - start < 60_000);
});

Deno.test("WireSchema names the path of a part that has no JSON Schema, and how to send a date", () => {
  const cases: [schema: unknown, part: string][] = [
    [
      v.object({ a: v.object({ at: v.date() }) }),
      '"date" schema cannot be converted to JSON Schema at "a.at"',
    ],
    [v.object({ at: v.optional(v.date()) }), "v.isoTimestamp()"],
    [
      z.object({ a: z.array(z.object({ at: z.date() })) }),
      'Date cannot be represented in JSON Schema at "a[].at"',
    ],
    [z.object({ at: z.date().optional() }), "z.iso.datetime().transform("],
    [z.object({ a: z.object({ big: z.bigint() }) }), 'at "a.big"'],
    [v.object({ a: v.union([v.string(), v.map(v.string(), v.string())]) }), 'at "a"'],
  ];
  for (const [schema, part] of cases) {
    const { message } = assertThrows(() => WireSchema.of(schema, 'tool "t"'), ConfigError);
    assertStringIncludes(message, 'Cannot use the schema of tool "t": ');
    assertStringIncludes(message, part);
  }
});

Deno.test("WireSchema refuses a schema that is too deep, of any library, without exhausting the stack", () => {
  for (const levels of [600, 20_000]) {
    let deep: v.GenericSchema = v.string();
    let zod: z.ZodType = z.string();
    for (let level = 0; level < levels; level++) {
      deep = v.object({ a: deep });
      zod = z.object({ a: zod });
    }
    for (const schema of [deep, zod]) {
      const { message } = assertThrows(() => WireSchema.of(schema, 'tool "t"'), ConfigError);
      assertStringIncludes(message, "it is nested ");
    }
  }
});
