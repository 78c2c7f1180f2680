import { ConfigError, type JsonSchema } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { geminiStructured, plainJsonSchema } from "@nomos/agent/llm";
import { assert, assertEquals } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import { WireSchema } from "../../../src/schema/wire_schema.ts";
import { sampleValue } from "../../../src/llm/auto/sample_value.ts";
import { seededRandom } from "../../../src/random.ts";
import { type Feature, objectSamples } from "../../schema/random_valibot.ts";
import * as fc from "fast-check";
import * as v from "valibot";

const SIZES = Array.from({ length: 12 }, (_, size) => size);

const PROFILES: readonly (readonly [SchemaProfile, readonly Feature[]])[] = [
  [geminiStructured, ["open", "rest"]],
  [plainJsonSchema, ["open", "rest", "unknown", "intersect"]],
];

/** A schema for a model, whole; undefined where it has no form. */
function formOf(schema: v.GenericSchema, profile: SchemaProfile): JsonSchema | undefined {
  try {
    const { schema: json, definitions } = WireSchema.of(schema, "t").lower(profile, "t");
    return { ...json, $defs: definitions };
  } catch (error) {
    assert(error instanceof ConfigError);
    return undefined;
  }
}

function samplesOf(schema: JsonSchema): unknown[] {
  const random = seededRandom(1);
  return SIZES.map((size) => sampleValue(schema, random, size));
}

for (const [profile, features] of PROFILES) {
  Deno.test(`sampleValue, what is made for ${profile.name} fits its schema`, () => {
    let made = 0;
    fc.assert(
      fc.property(objectSamples(features), ({ schema }) => {
        const form = formOf(schema, profile);
        if (form === undefined) return;
        const validator = new Validator(structuredClone(form), "2020-12");
        for (const value of samplesOf(form)) {
          if (value === undefined) continue;
          assert(validator.validate(value).valid, JSON.stringify([form, value]));
          made++;
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    assert(made > 1000, `Only ${made} values were made`);
  });
}

Deno.test("sampleValue, the simplest value leaves out what may be left out", () => {
  const schema = v.object({ a: v.string(), b: v.optional(v.string()), c: v.optional(v.number()) });
  const values = samplesOf(formOf(schema, plainJsonSchema)!) as object[];
  assertEquals(Object.keys(values[0]!), ["a"]);
  const found = new Set(values.map((value) => Object.keys(value).join()));
  assertEquals([...found].sort(), ["a", "a,b", "a,b,c", "a,c"]);
});

Deno.test("sampleValue, limits in the description are respected beside a wider keyword", () => {
  const cases: [JsonSchema, (value: never) => boolean][] = [
    [
      { type: "string", minLength: 2, description: "at least 4 characters" },
      (value: string) => value.length >= 4,
    ],
    [
      { type: "array", items: { type: "null" }, minItems: 1, description: "at least 3 items" },
      (value: unknown[]) => value.length >= 3,
    ],
    [
      { type: "object", additionalProperties: true, description: "at least 2 properties" },
      (value: object) => Object.keys(value).length >= 2,
    ],
    [{ type: "boolean", description: "only false" }, (value: boolean) => value === false],
    [{ type: "boolean", description: "only true" }, (value: boolean) => value],
  ];
  for (const [schema, isRight] of cases) {
    for (const value of samplesOf(schema)) assert(isRight(value as never), JSON.stringify(value));
  }
});

Deno.test("sampleValue, a name or a part that cannot be made ends the attempt", () => {
  const never = { type: "string", pattern: "(a)\\1" };
  const others = { type: "object", additionalProperties: true, propertyNames: never };
  for (const value of samplesOf(others)) assertEquals(value, {});
  const both = { allOf: [{ type: "object", properties: {}, required: [] }, never] };
  for (const value of samplesOf(both)) assertEquals(value, undefined);
});
