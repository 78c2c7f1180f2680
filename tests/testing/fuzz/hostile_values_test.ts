import { plainJsonSchema } from "@nomos/agent/llm";
import { assert, assertEquals } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import { WireSchema } from "../../../src/schema/wire_schema.ts";
import { hostileValues } from "../../../src/testing/fuzz/hostile_values.ts";
import * as fc from "fast-check";
import * as v from "valibot";

const schema = v.object({
  pair: v.tuple([v.number(), v.optional(v.boolean())]),
  rest: v.tupleWithRest([v.boolean()], v.number()),
  map: v.record(v.string(), v.boolean()),
  loose: v.looseObject({ a: v.boolean() }),
  both: v.intersect([v.object({ a: v.boolean() }), v.object({ b: v.optional(v.boolean()) })]),
  size: v.picklist(["small", "large"]),
  text: v.string(),
  maybe: v.optional(v.boolean()),
});

function samples(numRuns: number): { readonly value: Record<string, unknown>; isValid: boolean }[] {
  const { schema: json, definitions } = WireSchema.of(schema, "t").lower(plainJsonSchema, "t");
  const form = { ...json, $defs: definitions };
  const validator = new Validator(structuredClone(form), "2020-12");
  const values = fc.sample(hostileValues(form, form), { numRuns, seed: 3 });
  return values.map((value) => ({
    value: value as Record<string, unknown>,
    // The validator fails on lone surrogates in names.
    isValid: validator.validate(JSON.parse(JSON.stringify(value).toWellFormed())).valid,
  }));
}

Deno.test("hostileValues() returns mostly values that match the schema", () => {
  const found = samples(300);
  const valid = found.filter(({ isValid }) => isValid);
  assert(valid.length > 150 && valid.length < 300, `${valid.length} of 300 are valid`);
  const seen = new Set(valid.flatMap(({ value }) => {
    const { pair, map, maybe } = value as { pair: unknown[]; map: object; maybe?: boolean };
    return [
      `pair ${pair.length}`,
      `map ${Object.keys(map).length > 0}`,
      `maybe ${maybe !== undefined}`,
    ];
  }));
  const expected = ["map false", "map true", "maybe false", "maybe true", "pair 1", "pair 2"];
  assertEquals([...seen].sort(), expected);
});

Deno.test("hostileValues() includes hostile texts, numbers and names", () => {
  const found = samples(300);
  const count = (isHostile: (value: Record<string, unknown>) => boolean) =>
    found.filter(({ value }) => isHostile(value)).length;
  assert(count(({ text }) => /\p{C}|^__proto__$|^constructor$/u.test(text as string)) > 10);
  assert(count(({ pair }) => !Number.isSafeInteger((pair as number[])[0]! * 2)) > 10);
  assert(count((value) => Object.keys(value).some((name) => !(name in schema.entries))) > 10);
});

Deno.test("hostileValues() shrinks to the simplest value of the schema", () => {
  const form = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const { counterexample } = fc.check(
    fc.property(hostileValues(form, form), (value) => typeof value !== "object"),
    { seed: 1 },
  );
  assertEquals(counterexample, [{ n: 1 }]);
});
