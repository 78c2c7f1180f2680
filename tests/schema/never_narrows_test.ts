import { assert, assertEquals } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import * as fc from "fast-check";
import type * as v from "valibot";
import { ConfigError } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { findExcess } from "../../src/schema/schema_limits.ts";
import { decisionSchema, readNow } from "./fixture.ts";
import { anthropic, type CheckedProfile, gemini, local, plain, strict } from "./profile_fixture.ts";
import { type Feature, objectSamples } from "./random_valibot.ts";

const FEATURES: readonly (readonly [CheckedProfile, readonly Feature[]])[] = [
  [strict, ["recursive"]],
  [anthropic, []],
  [gemini, ["open", "recursive", "rest"]],
  [local, ["open", "recursive", "rest", "unknown"]],
  [plain, ["open", "recursive", "rest", "unknown", "intersect"]],
];

/** Builds a decision schema with one tool; undefined if a union has an ambiguous null. */
function decisionOf(schema: v.GenericSchema, profile: SchemaProfile) {
  try {
    return decisionSchema({ tools: { t: schema }, end: true, profile });
  } catch (error) {
    assert(error instanceof ConfigError && error.message.includes("nullable in another"));
    return undefined;
  }
}

function output(args: unknown): { readonly decision: object } {
  return { decision: { action: "TOOL_CALL", calls: [{ tool: "t", args }] } };
}

for (const [{ profile, find }, features] of FEATURES) {
  const isNulled = profile.optional !== "omitted";
  const samples = objectSamples(features).chain((sample) =>
    fc.tuple(fc.constant(sample.schema), fc.array(sample.values, { minLength: 1, maxLength: 4 }))
  );

  Deno.test(`${profile.name} never narrows: accepts and reads every value that the author's schema accepts`, () => {
    let count = 0;
    fc.assert(
      fc.property(samples, ([schema, values]) => {
        const decision = decisionOf(schema, profile);
        if (decision === undefined) return;
        if (findExcess(decision.json, profile) === undefined) {
          assertEquals(find(decision.json), []);
        }
        // The validator changes the schema.
        const validator = new Validator(structuredClone(decision.json), "2020-12");
        for (const { authored, nulled } of values) {
          const { valid, errors } = validator.validate(output(isNulled ? nulled : authored));
          assert(valid, JSON.stringify([decision.json, authored, errors.at(-1)]));
          // With every profile, an absent property may be omitted or null.
          for (const args of [authored, nulled]) {
            const reading = readNow(decision, JSON.stringify(output(args)));
            assert(reading.success, JSON.stringify(reading));
            assertEquals(reading.args, [authored]);
          }
          count++;
        }
      }),
      { numRuns: 300, seed: 20_261_001 },
    );
    assert(count > 500, `Only ${count} values were tested`);
  });
}
