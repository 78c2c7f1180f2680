import { assertEquals } from "@std/assert";
import { findAnthropicProblems } from "./anthropic_checker.ts";
import { findGeminiProblems } from "./gemini_checker.ts";
import { findPlainProblems } from "./plain_checker.ts";

type Schema = Record<string, unknown>;

const text = { type: "string" };

function object(properties: Schema, required = Object.keys(properties)): Schema {
  return { type: "object", properties, required, additionalProperties: false };
}

function root(value: unknown, $defs?: Schema): Schema {
  return { ...object({ value }), ...($defs && { $defs }) };
}

const node = (required: string[]) => ({
  node: object({ next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } }, required),
});

type Cases = readonly (readonly [value: unknown, problem: string, $defs?: Schema])[];

function assertProblems(find: (schema: Schema) => string[], cases: Cases): void {
  for (const [value, problem, $defs] of cases) {
    const found = find(root(value, $defs)).join("\n");
    assertEquals([problem !== "", found.includes(problem)], [found !== "", true], found);
  }
}

Deno.test("findAnthropicProblems accepts only the constructs of the document", () => {
  assertProblems(findAnthropicProblems, [
    [{ ...text, format: "uri", pattern: "^[a-z]+\\.$" }, ""],
    [{ type: "array", items: text, minItems: 1 }, ""],
    [{ enum: ["a", 1, true, null] }, ""],
    [{ const: "a" }, ""],
    [{ anyOf: [object({}), { type: "null" }], description: "Maybe" }, ""],
    [object({ a: text }, []), ""],
    [{ $ref: "#/$defs/a" }, "", { a: { allOf: [object({})] } }],
    [{ ...text, minLength: 1 }, 'unsupported keyword "minLength"'],
    [{ type: "number", minimum: 1 }, 'unsupported keyword "minimum"'],
    [{ type: "array", items: text, maxItems: 1 }, 'unsupported keyword "maxItems"'],
    [{ type: "array", items: text, minItems: 2 }, "expected 0 or 1"],
    [{ type: "array", prefixItems: [text] }, "prefixItems"],
    [{ oneOf: [text] }, "oneOf"],
    [{ ...object({}), additionalProperties: true }, "additionalProperties to be false"],
    [{ type: "object", properties: {} }, "additionalProperties to be false"],
    [{ ...text, format: "regex" }, 'unsupported format "regex"'],
    [{ ...text, pattern: "\\bword" }, "word boundaries"],
    [{ ...text, pattern: "(?<!a)b" }, "look-around"],
    [{ enum: [{}] }, "plain enum values"],
    [{ type: "date" }, 'unsupported type "date"'],
    [{}, "expected a type"],
    [true, "expected a schema that is an object"],
    [object({}, ["a"]), 'requires unknown "a"'],
    [{ $ref: "#/$defs/none" }, "expected a definition"],
    [{ $ref: "https://example.com/a" }, "expected a definition"],
    [{ allOf: [{ $ref: "#/$defs/a" }] }, "no $ref in allOf", { a: object({}) }],
    [{ $ref: "#/$defs/node" }, "refers back to itself", node([])],
  ]);
});

Deno.test("findAnthropicProblems counts optional parameters and union types", () => {
  const many = (count: number, schema: unknown, isRequired: boolean) => {
    const names = Array.from({ length: count }, (_, n) => `p${n}`);
    const properties = Object.fromEntries(names.map((name) => [name, schema]));
    return object(properties, isRequired ? names : []);
  };
  const maybe = { type: ["string", "null"] };
  assertProblems(findAnthropicProblems, [
    [many(24, text, false), ""],
    [many(25, text, false), "25 optional parameters: expected at most 24"],
    [many(16, maybe, true), ""],
    [many(17, maybe, true), "17 parameters with union types: expected at most 16"],
    [many(17, { anyOf: [text] }, true), "17 parameters with union types"],
  ]);
});

Deno.test("findGeminiProblems accepts only the constructs of the document", () => {
  assertProblems(findGeminiProblems, [
    [{ ...text, format: "date-time", title: "At" }, ""],
    [{ type: "string", enum: ["a"] }, ""],
    [{ type: "number", enum: [1] }, ""],
    [{ type: ["integer", "null"], minimum: 0, maximum: 9 }, ""],
    [{ type: "array", prefixItems: [text], items: text, minItems: 1, maxItems: 3 }, ""],
    [{ type: "object", additionalProperties: text }, ""],
    [{ oneOf: [object({ a: text }, []), { type: "boolean" }] }, ""],
    [{ $ref: "#/$defs/node", $id: "x" }, "", node([])],
    [{ type: "string", const: "a" }, 'unsupported keyword "const"'],
    [{ type: "boolean", enum: [true] }, "enum"],
    [{ type: "string", enum: [null] }, "expected an enum of strings or numbers"],
    [{ ...text, pattern: "a" }, "pattern"],
    [{ ...text, minimum: 1 }, "minimum"],
    [{ type: "number", exclusiveMinimum: 1 }, "exclusiveMinimum"],
    [{ type: "number", multipleOf: 1 }, "multipleOf"],
    [{ ...text, format: "email" }, 'unsupported format "email"'],
    [{ allOf: [text] }, "allOf"],
    [{}, "expected a type"],
    [{ type: "array", items: true }, "expected a schema that is an object"],
    [{ type: "any" }, "unknown type"],
    [object({}, ["a"]), 'requires unknown "a"'],
    [{ anyOf: [] }, "expected anyOf of something"],
    [{ $ref: "#/$defs/node", description: "x" }, "$ref beside description", node([])],
    [{ $ref: "#/$defs/none" }, "no definition"],
    [{ $ref: "#/$defs/node" }, "a cycle without an optional property", node(["next"])],
  ]);
  const a = object({ b: { $ref: "#/$defs/b" } });
  const cycle = (required: string[]) => ({ a, b: object({ a: { $ref: "#/$defs/a" } }, required) });
  assertProblems(findGeminiProblems, [
    [{ $ref: "#/$defs/a" }, "", cycle([])],
    [{ $ref: "#/$defs/a" }, "a cycle", cycle(["a"])],
  ]);
});

Deno.test("findPlainProblems accepts only the keywords of the standard, with values of the right type", () => {
  assertProblems(findPlainProblems, [
    [{}, ""],
    [{ type: "array", prefixItems: [text], items: true, uniqueItems: true }, ""],
    [{ type: "object", additionalProperties: {}, propertyNames: { pattern: "^a" } }, ""],
    [{ $ref: "#/$defs/node", description: "x" }, "", node(["next"])],
    [{ ...text, minLength: -1 }, "minLength is -1"],
    [{ anyOf: [] }, "anyOf is []"],
    [{ items: [text] }, "items is"],
    [{ optional: true }, "optional is true"],
    [object({ a: { type: 1 } }), "#/properties/value/properties/a: type is 1"],
    [{ not: { $ref: "#/$defs/none" } }, "no definition"],
  ]);
});
