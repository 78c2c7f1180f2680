import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import * as v from "valibot";
import { z } from "zod";
import type { JsonSchema } from "@nomos/agent";
import { local, lowerArgs } from "./profile_fixture.ts";

const text = { type: "string" };
const number = { type: "number" };
const integer = { type: "integer" };

function lowerProperty(x: unknown): JsonSchema {
  const schema = x instanceof z.ZodType ? z.object({ x }) : v.object({ x } as v.ObjectEntries);
  return (lowerArgs(local, schema).properties as Record<string, JsonSchema>).x!;
}

function lowerPattern(pattern: RegExp): JsonSchema {
  return lowerProperty(v.pipe(v.string(), v.regex(pattern)));
}

Deno.test("localGrammar takes records, open objects and unknown values", () => {
  const any = { type: ["string", "number", "boolean", "object", "array", "null"] };
  const taken: [schema: unknown, form: JsonSchema][] = [
    [v.record(v.string(), v.number()), { type: "object", additionalProperties: number }],
    [v.record(v.string(), v.unknown()), { type: "object", additionalProperties: true }],
    [v.looseObject({ a: v.string() }), {
      type: "object",
      properties: { a: text },
      required: ["a"],
      additionalProperties: true,
    }],
    [v.unknown(), any],
    [z.any().describe("Whatever"), { ...any, description: "Whatever" }],
    [v.array(v.any()), { type: "array", items: any }],
  ];
  for (const [schema, form] of taken) assertEquals(lowerProperty(schema), form);
});

Deno.test("localGrammar says in words what a decoder would narrow or refuse", () => {
  const worded: [schema: unknown, form: JsonSchema][] = [
    [v.pipe(v.string(), v.nonEmpty(), v.maxLength(9)), {
      ...text,
      description: "at least 1 characters; at most 9 characters",
    }],
    [v.pipe(v.string(), v.email()), { ...text, description: "in the format email" }],
    [v.pipe(v.number(), v.minValue(0), v.maxValue(5)), {
      ...number,
      description: "maximum 5; minimum 0",
    }],
    [v.pipe(v.number(), v.integer(), v.minValue(-5), v.maxValue(5)), {
      ...integer,
      maximum: 5,
      description: "minimum -5",
    }],
    [v.pipe(v.number(), v.integer(), v.gtValue(-5), v.ltValue(2.5)), {
      ...integer,
      description: "exclusiveMaximum 2.5; exclusiveMinimum -5",
    }],
    [v.pipe(v.number(), v.integer(), v.multipleOf(5)), { ...integer, description: "multipleOf 5" }],
    [v.pipe(v.array(v.string()), v.minLength(3000), v.maxLength(5000)), {
      type: "array",
      items: text,
      minItems: 1000,
      description: "at least 3000 items; at most 5000 items",
    }],
    [v.pipe(v.record(v.string(), v.number()), v.minEntries(2)), {
      type: "object",
      additionalProperties: number,
      description: "at least 2 properties",
    }],
    [v.tuple([v.string(), v.optional(v.number())]), {
      type: "array",
      items: { anyOf: [text, number] },
      minItems: 1,
      maxItems: 2,
      description: "the items in the order given",
    }],
    [v.tupleWithRest([v.string(), v.number()], v.string()), {
      type: "array",
      items: { anyOf: [text, number] },
      minItems: 2,
      description: "the items in the order given",
    }],
    [v.tupleWithRest([], v.string()), { type: "array", items: text, minItems: 0 }],
  ];
  for (const [schema, form] of worded) assertEquals(lowerProperty(schema), form);
});

Deno.test("localGrammar keeps limits of integers from 0, exact formats and lengths of lists", () => {
  const kept: [schema: unknown, form: JsonSchema][] = [
    [v.pipe(v.number(), v.integer(), v.minValue(1), v.ltValue(10)), {
      ...integer,
      exclusiveMaximum: 10,
      minimum: 1,
    }],
    [v.pipe(v.string(), v.isoDate()), { ...text, format: "date" }],
    [v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(3)), {
      type: "array",
      items: text,
      minItems: 1,
      maxItems: 3,
    }],
  ];
  for (const [schema, form] of kept) assertEquals(lowerProperty(schema), form);
});

Deno.test("localGrammar sends a pattern only if it is anchored and simple, without shorthands", () => {
  const sent: [pattern: RegExp, pattern: string][] = [
    [/^[A-Z]{2,3}$/, "^[A-Z]{2,3}$"],
    [/^\d{4}-(?:0[1-9]|1[0-2])$/, "^[0-9]{4}-(0[1-9]|1[0-2])$"],
    [/^[\w.-]+@[\da-f\-]+?\.io$/, "^[A-Za-z0-9_.-]+@[0-9a-f-]+[.]io$"],
    [/^(a|b)c*$/u, "^(a|b)c*$"],
    [/^\/v\d\w?$/, "^[/]v[0-9][A-Za-z0-9_]?$"],
  ];
  for (const [pattern, form] of sent) {
    assertEquals(lowerPattern(pattern), { ...text, pattern: form });
  }
  const worded = [
    /a/,
    /^a/,
    /a$/,
    /a\$$/,
    /^a|b$/,
    /^a$|^b$/,
    /^(a$|b)$/,
    /^(?=a)a$/,
    /^(?!a)b$/,
    /^(?<=a)b$/,
    /^(?<!a)b$/,
    /^(?<n>a)$/,
    /^\ba\b$/,
    /^(a)\1$/,
    /^\p{L}+$/u,
    /^.+$/,
    /^\S+$/,
    /^[^@]+$/,
    /^[\d\s]+$/,
    /^"a"$/,
    /^\\$/,
    /^é$/,
    /^[!-~]$/,
    /^(|a)$/,
    /^a{1000}$/,
    /^$/,
  ];
  for (const pattern of worded) {
    const description = `matching the regular expression ${pattern.source}`;
    assertEquals(lowerPattern(pattern), { ...text, description });
  }
});

Deno.test("a pattern that localGrammar sends matches the same texts as the author's", () => {
  const atom = fc.constantFrom("a", "b", "-", "\\d", "\\w", "\\.", "\\-", "[a-c]", "[\\d_-]", "/");
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc.tuple(tie("pattern"), tie("pattern")).map((parts) => parts.join("")),
      fc.tuple(tie("pattern"), tie("pattern")).map((parts) => `(?:${parts.join("|")})`),
      fc.tuple(tie("pattern"), fc.constantFrom("?", "*", "+?", "{2}", "{1,3}?", "{1,}"))
        .map(([inner, times]) => `(${inner})${times}`),
    ),
  }));
  const given = fc.string({ unit: fc.constantFrom(..."ab1_-./|^$é"), maxLength: 6 });
  fc.assert(
    fc.property(pattern, fc.array(given, { minLength: 20 }), (source, texts) => {
      const author = new RegExp(`^${source}$`);
      const form = new RegExp(lowerPattern(author).pattern as string);
      for (const one of texts) assertEquals(form.test(one), author.test(one), `${form} ${one}`);
    }),
    { numRuns: 300, seed: 20_261_130 },
  );
});
