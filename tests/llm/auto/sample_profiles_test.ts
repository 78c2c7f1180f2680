import { Agent, ConfigError, type JsonSchema, type LLM, MockLLM } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { geminiStructured, localGrammar, openaiStrict, plainJsonSchema } from "@nomos/agent/llm";
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

/** Lowers a schema, with its definitions; undefined if the profile cannot express it. */
function lower(schema: v.GenericSchema, profile: SchemaProfile): JsonSchema | undefined {
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
  Deno.test(`sampleValue, returns valid values for random schemas lowered to ${profile.name}`, () => {
    let generated = 0;
    fc.assert(
      fc.property(objectSamples(features), ({ schema }) => {
        const lowered = lower(schema, profile);
        if (lowered === undefined) return;
        const validator = new Validator(structuredClone(lowered), "2020-12");
        for (const value of samplesOf(lowered)) {
          if (value === undefined) continue;
          assert(validator.validate(value).valid, JSON.stringify([lowered, value]));
          generated++;
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    assert(generated > 1000, `Only ${generated} values were generated`);
  });
}

Deno.test("sampleValue, omits optional properties at size 0", () => {
  const schema = v.object({ a: v.string(), b: v.optional(v.string()), c: v.optional(v.number()) });
  const values = samplesOf(lower(schema, plainJsonSchema)!) as object[];
  assertEquals(Object.keys(values[0]!), ["a"]);
  const found = new Set(values.map((value) => Object.keys(value).join()));
  assertEquals([...found].sort(), ["a", "a,b", "a,b,c", "a,c"]);
});

Deno.test("sampleValue, respects limits in the description beside a wider keyword", () => {
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
  for (const [schema, isValid] of cases) {
    for (const value of samplesOf(schema)) assert(isValid(value as never), JSON.stringify(value));
  }
});

Deno.test("sampleValue, omits properties without a valid name, and returns no partial intersection", () => {
  const never = { type: "string", pattern: "(a)\\1" };
  const others = { type: "object", additionalProperties: true, propertyNames: never };
  for (const value of samplesOf(others)) assertEquals(value, {});
  const both = { allOf: [{ type: "object", properties: {}, required: [] }, never] };
  for (const value of samplesOf(both)) assertEquals(value, undefined);
});

Deno.test("MockLLM.auto ends a session as the schema of each profile says", async () => {
  for (const schemaProfile of [openaiStrict, geminiStructured, localGrammar, plainJsonSchema]) {
    const llm = MockLLM.auto({ schemaProfile });
    const outputs: [unknown, JsonSchema][] = [];
    const watched: LLM = {
      ...llm,
      schemaProfile,
      decide: async (request) => {
        const result = await llm.decide(request);
        outputs.push([result.output, request.schema]);
        return result;
      },
    };
    const agent = new Agent({
      name: "ended",
      llm: watched,
      start: "talk",
      steps: { talk: { description: "Talk" } },
    });
    const session = agent.createSession();
    for (let turn = 0; turn < 9 && session.status !== "ended"; turn++) await session.next("Hi");
    assertEquals(session.status, "ended");
    for (const [output, schema] of outputs) {
      const value = typeof output === "string" ? JSON.parse(output) : output;
      const { valid, errors } = new Validator(structuredClone(schema) as never, "2020-12").validate(
        value,
      );
      assert(valid, `${schemaProfile.name}: ${JSON.stringify([value, errors])}`);
    }
  }
});
