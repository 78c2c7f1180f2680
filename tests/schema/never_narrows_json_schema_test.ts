import { assert } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import { ConfigError, type JsonSchema, type StandardSchema, Tool } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { jsonSchema } from "@nomos/agent/json-schema";
import { isPlainObject } from "../../src/json/json.ts";
import { sampleValue } from "../../src/llm/auto/sample_value.ts";
import { seededRandom } from "../../src/random.ts";
import { isOfType } from "../../src/schema/lowering/merge_keywords.ts";
import { findExcess } from "../../src/schema/schema_limits.ts";
import { decisionSchema, readNow } from "./fixture.ts";
import { PROFILES } from "./profile_fixture.ts";
import { JsonSchemaSampler } from "./random_json_schema.ts";

/** Number of pairs of a schema and a value for each of the four profiles: 10,000 in all. */
const PAIRS = 2_500;

/** Maximum number of schemas that are tried, if too few pairs are found. */
const MAX_SCHEMAS = 20_000;

type Decision = ReturnType<typeof decisionSchema>;

/**
 * Closes the objects of a schema that list properties, as lowering does: a model may only write
 * the properties that are listed for its choice of branches.
 */
function close(source: unknown): unknown {
  if (!isPlainObject(source)) return source;
  return { allOf: [closeParts(source)], unevaluatedProperties: false };
}

/** Closes the objects inside of a schema. */
function closeParts(source: unknown): unknown {
  if (Array.isArray(source)) return source.map(closeParts);
  if (!isPlainObject(source)) return source;
  const entries = Object.entries(source).map(([keyword, value]) => {
    switch (keyword) {
      case "properties":
      case "patternProperties":
        return [keyword, mapValues(value as object, close)];
      case "$defs":
      case "definitions":
        return [keyword, mapValues(value as object, closeParts)];
      case "items":
      case "prefixItems":
      case "additionalProperties":
        return [keyword, Array.isArray(value) ? value.map(close) : close(value)];
      case "enum":
      case "const":
        return [keyword, value];
      default:
        return [keyword, closeParts(value)];
    }
  });
  return Object.fromEntries(entries);
}

function mapValues(values: object, map: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

/** Keywords that depend on whether a property is present, and not only on its value. */
const PRESENCE = /"(?:maxProperties|minProperties|dependent\w+|if|not|oneOf)"/;

/** Creates a schema; undefined if it refers to itself without a property between. */
function create(source: JsonSchema) {
  try {
    return jsonSchema(source);
  } catch (error) {
    assert(
      error instanceof ConfigError && error.message.includes('"$ref" back to itself'),
      source as never,
    );
    return undefined;
  }
}

/** Builds a decision schema; undefined if it is refused with the tool, a place and a keyword. */
function build(args: StandardSchema<Record<string, unknown>>, profile: SchemaProfile) {
  try {
    new Tool({ name: "t", description: "", args, run: () => "" });
    return decisionSchema({ tools: { t: args }, profile });
  } catch (error) {
    assert(error instanceof ConfigError);
    const { message } = error;
    assert(
      /(?:Cannot use the JSON Schema|tool "t"): .*"|an? (?:array|unknown|enum)/.test(message),
      message,
    );
    assert(/ at (?:its root|")|#\//.test(message), message);
    return undefined;
  }
}

function output(args: unknown) {
  return { decision: { action: "TOOL_CALL", calls: [{ tool: "t", args }] } };
}

/** Returns the lowered arguments. */
function argsOf({ json }: Decision): JsonSchema {
  // deno-lint-ignore no-explicit-any
  return (json as any).properties.decision.properties.calls.items.properties.args;
}

/** Returns true if a restriction of the arguments is described in words. */
function isDescribed(decision: Decision): boolean {
  return JSON.stringify([argsOf(decision), decision.json.$defs]).includes('"description"');
}

/** Returns a value with null for absent required properties; undefined if it does not fit a form. */
function fill(value: unknown, form: JsonSchema, root: JsonSchema): { filled: unknown } | undefined {
  if (typeof form.$ref === "string") {
    const name = form.$ref.replace("#/$defs/", "");
    return fill(value, (root.$defs as Record<string, JsonSchema>)[name]!, root);
  }
  if (Array.isArray(form.anyOf)) {
    for (const branch of form.anyOf) {
      const found = fill(value, branch, root);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const { properties = {}, required = [], additionalProperties } = form;
  if (form.type === "object" && isPlainObject(value)) {
    const members: [string, unknown][] = [];
    const names = new Set([...Object.keys(value), ...required as string[]]);
    for (const name of names) {
      const part = (properties as Record<string, JsonSchema>)[name];
      if (part === undefined && additionalProperties === false) return undefined;
      const inner = fill(name in value ? value[name] : null, part ?? {}, root);
      if (inner === undefined) return undefined;
      members.push([name, inner.filled]);
    }
    return { filled: Object.fromEntries(members) };
  }
  if (form.type === "array" && Array.isArray(value) && isPlainObject(form.items)) {
    const items = value.map((item) => fill(item, form.items as JsonSchema, root));
    return items.includes(undefined) ? undefined : { filled: items.map((item) => item!.filled) };
  }
  if ("const" in form) return form.const === value ? { filled: value } : undefined;
  if (Array.isArray(form.enum)) return form.enum.includes(value) ? { filled: value } : undefined;
  const types = [form.type ?? []].flat();
  const fits = types.length === 0 || types.some((type) => isOfType(value, type));
  return fits ? { filled: value } : undefined;
}

for (const checked of PROFILES) {
  const { profile, find } = checked;
  Deno.test(`${profile.name} never narrows a raw JSON Schema: accepts and reads what the validator accepts`, () => {
    let [pairs, lowered] = [0, 0];
    for (let seed = 0; pairs < PAIRS && seed < MAX_SCHEMAS; seed++) {
      const sampler = new JsonSchemaSampler(seededRandom(seed), false);
      const source = sampler.document();
      const author = create(source);
      const decision = author && build(author, profile);
      if (decision === undefined) continue;
      const { $schema, $defs, definitions, ...root } = closeParts(source) as JsonSchema;
      const closed = new Validator(
        { $schema, $defs, definitions, ...close(root) as object } as never,
        $schema === undefined ? "2020-12" : "7",
      );
      lowered++;
      if (findExcess(decision.json, profile) === undefined) {
        const problems = find(decision.json);
        assert(problems.length === 0, JSON.stringify([seed, source, problems]));
      }
      const validator = new Validator(structuredClone(decision.json) as never, "2020-12");
      for (let attempt = 0; attempt < 8; attempt++) {
        const value = sampler.value(source);
        if ((author!["~standard"].validate(value) as { issues?: unknown }).issues) continue;
        if (!closed.validate(value).valid) continue;
        pairs++;
        const wire = profile.optional === "omitted"
          ? { filled: value }
          : fill(value, argsOf(decision), decision.json);
        const report = () => JSON.stringify({ seed, source, value, wire, lowered: decision.json });
        assert(wire !== undefined, report());
        const { valid } = validator.validate(output(wire.filled));
        assert(valid, report());
        const reading = readNow(decision, JSON.stringify(output(wire.filled)));
        // A nullable property is present with any value, so it may be one too many.
        const isExact = profile.optional === "omitted" || !PRESENCE.test(JSON.stringify(source));
        assert(reading.success || !isExact, `${JSON.stringify(reading)} ${report()}`);
      }
    }
    assert(pairs >= PAIRS, `Only ${pairs} pairs were tested, with ${lowered} schemas`);
  });

  Deno.test(`${profile.name} never widens a raw JSON Schema without saying so in words`, () => {
    let checkedValues = 0;
    for (let seed = 0; seed < 800; seed++) {
      const random = seededRandom(seed);
      const source = new JsonSchemaSampler(random, true).document();
      const author = create(source);
      const decision = author && build(author, profile);
      if (decision === undefined || isDescribed(decision)) continue;
      const validator = new Validator(structuredClone(decision.json) as never, "2020-12");
      for (let size = 0; size < 4; size++) {
        const args = sampleValue(argsOf(decision), random, size, decision.json);
        // The generator of values merges the parts of an intersection by name only.
        if (args === undefined || !validator.validate(output(args)).valid) continue;
        checkedValues++;
        const reading = readNow(decision, JSON.stringify(output(args)));
        assert(
          reading.success,
          JSON.stringify({ seed, source, args, reading, lowered: decision.json }),
        );
      }
    }
    assert(checkedValues > 300, `Only ${checkedValues} values were tested`);
  });
}
