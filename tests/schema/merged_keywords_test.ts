import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError, type JsonSchema } from "@nomos/agent";
import { jsonSchema } from "@nomos/agent/json-schema";
import { decisionSchema } from "./fixture.ts";
import { anthropic, lowerArgs, PROFILES, strict } from "./profile_fixture.ts";

const text = { type: "string" };
const orNull = { type: ["string", "null"] };

function object(properties: object, required: string[] = Object.keys(properties)) {
  return { type: "object", properties, required };
}

function closed(properties: object): JsonSchema {
  return { ...object(properties), additionalProperties: false };
}

/** Returns the lowered arguments of OpenAI's strict mode. */
function form(schema: JsonSchema): JsonSchema {
  return lowerArgs(strict, jsonSchema(schema));
}

function refusal(schema: JsonSchema): string {
  return assertThrows(() => form(schema), ConfigError).message;
}

Deno.test("Properties beside a union are part of each branch", () => {
  const source = { ...object({ a: text }), anyOf: [object({ b: text }), object({ c: text })] };
  assertEquals(form(source).anyOf, [closed({ a: text, b: text }), closed({ a: text, c: text })]);
});

Deno.test("Properties beside an exclusive union are part of each branch, with a note unless constants differ", () => {
  const base = object({ a: text });
  const exclusive = { ...base, oneOf: [object({ b: text }), object({ c: text })] };
  const description = 'valid in only one branch of "oneOf"';
  assertEquals(form(exclusive).anyOf, [
    { ...closed({ a: text, b: text }), description },
    { ...closed({ a: text, c: text }), description },
  ]);
  const branch = (kind: string) => object({ kind: { const: kind } });
  const constant = (kind: string) => ({ kind: { type: "string", const: kind }, a: text });
  assertEquals(form({ ...base, oneOf: [branch("b"), branch("c")] }).anyOf, [
    closed(constant("b")),
    closed(constant("c")),
  ]);
});

Deno.test("Branches of bare required names are objects of the base with these names", () => {
  const base = { type: "object", properties: { id: text, email: text } };
  assertEquals(form({ ...base, anyOf: [{ required: ["id"] }, { required: ["email"] }] }), {
    anyOf: [closed({ id: text, email: orNull }), closed({ id: orNull, email: text })],
  });
});

Deno.test("Properties beside allOf and $ref are merged, and required names are united", () => {
  const $defs = { named: object({ name: text }) };
  assertEquals(
    form({
      ...object({ a: text }),
      allOf: [{ $ref: "#/$defs/named" }, { required: ["b"] }, { properties: { b: text } }],
      $defs,
    }),
    closed({ a: text, name: text, b: text }),
  );
  assertEquals(
    form({ ...object({ a: text }, []), $ref: "#/$defs/named", $defs }),
    closed({ a: orNull, name: text }),
  );
});

Deno.test("Properties beside $ref are ignored up to draft 7, as validators do", () => {
  const definitions = { named: object({ name: text }) };
  const $schema = "http://json-schema.org/draft-07/schema#";
  const source = {
    $schema,
    ...object({ a: text }),
    $ref: "#/definitions/named",
    unevaluatedProperties: false,
    definitions,
  };
  const { json } = decisionSchema({ tools: { t: jsonSchema(source) } });
  assertEquals(json.$defs, { tool_t_0: closed({ name: text }) });
});

Deno.test("additionalProperties of a branch covers the properties of the branch alone", () => {
  const open = object({ a: text, b: text }, []);
  const branch = { properties: { b: text }, additionalProperties: false };
  assertEquals(form({ ...open, allOf: [branch] }), closed({ b: orNull }));
  const impossible = { ...object({ a: text }), anyOf: [branch, { properties: { c: text } }] };
  assertEquals(form(impossible), closed({ a: text, c: orNull }));
  assertStringIncludes(
    refusal(object({ x: { ...object({ a: text }), allOf: [branch] } })),
    '"allOf" of parts that contradict each other at "x"',
  );
});

Deno.test("Parts that share a property are merged if its schemas are equal, and refused by name otherwise", () => {
  const base = object({ kind: text });
  assertEquals(
    form({ ...base, allOf: [object({ kind: text, a: text })] }),
    closed({ kind: text, a: text }),
  );
  const different = object({ x: { ...base, anyOf: [object({ kind: { const: "a" } })] } });
  assertStringIncludes(
    refusal(different),
    'tool "t": "allOf" of parts that cannot be merged, different schemas for the property "kind" in several parts, at "x"',
  );
});

Deno.test("A union of more than 64 branches after merging is refused, and one of 64 is lowered", () => {
  const branches = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, at) => object({ [`${prefix}${at}`]: text }));
  const source = (count: number) => ({ ...object({ z: text }), anyOf: branches(count, "a") });
  assertEquals((form(source(64)).anyOf as unknown[]).length, 64);
  assertStringIncludes(refusal(source(65)), "more than 64 branches after merging");
  const product = { type: "object", allOf: [8, 9].map((n) => ({ anyOf: branches(n, `n${n}`) })) };
  assertStringIncludes(refusal(product), "more than 64 branches after merging");
});

Deno.test("Conditions are described in words, and the properties that only they list may be written", () => {
  const condition = {
    if: { properties: { a: { const: "x" } } },
    then: { properties: { b: text }, required: ["b"] },
  };
  for (const source of [condition, { allOf: [condition] }]) {
    const { description, ...rest } = form({ ...object({ a: text }), ...source });
    assertEquals(rest, closed({ a: text, b: orNull }));
    assertStringIncludes(description as string, '"const":"x"');
  }
  for (
    const keyword of [
      { not: { required: ["a"] } },
      { dependentRequired: { a: ["b"] } },
      { dependencies: { a: ["b"] } },
      { dependentSchemas: { a: { required: ["b"] } } },
    ]
  ) {
    const { description, ...rest } = form({ ...object({ a: text, b: text }, []), ...keyword });
    assertEquals(rest, closed({ a: orNull, b: orNull }));
    assertStringIncludes(description as string, Object.keys(keyword)[0]!);
  }
});

Deno.test("Restrictions that cannot be kept are described in words, in each kind of value", () => {
  const cases: [source: JsonSchema, words: string][] = [
    [{ enum: ["a", "b"], not: { const: "a" } }, 'not {"const":"a"}'],
    [{ type: "boolean", not: { const: true } }, 'not {"const":true}'],
    [{ type: "array", items: text, contains: text, minContains: 2 }, "minContains 2"],
    [{ type: "string", allOf: [{ pattern: "a" }, { pattern: "b" }] }, "expression b"],
    [{ oneOf: [object({ a: text }), object({ a: text, b: text })] }, "only one branch"],
  ];
  for (const [source, words] of cases) {
    assertStringIncludes(JSON.stringify(form(object({ x: source }))), words.replaceAll('"', '\\"'));
  }
  const kinds = ["a", "b"].map((kind) => object({ kind: { const: kind } }));
  assert(!JSON.stringify(form(object({ x: { oneOf: kinds } }))).includes("description"));
});

Deno.test("References by anchor and by $id are resolved, also to definitions that refer to themselves", () => {
  const node = { $anchor: "node", ...object({ next: { $ref: "#node" }, name: text }, ["name"]) };
  const source = {
    $id: "https://example.com/tree.json",
    ...object({ tree: { $ref: "#node" }, other: { $ref: "other.json#/$defs/b" } }),
    $defs: { node, other: { $id: "other.json", $defs: { b: text } } },
  };
  const { json } = decisionSchema({ tools: { t: jsonSchema(source) } });
  const next = { anyOf: [{ $ref: "#/$defs/tool_t_0" }, { type: "null" }] };
  assertEquals(json.$defs, { tool_t_0: closed({ next, name: text }), tool_t_1: text });
});

Deno.test("A definition that contains itself in a merged part is lowered once", () => {
  const tree = {
    allOf: [object({ name: text }), { properties: { child: { $ref: "#/$defs/tree" } } }],
  };
  const source = { ...object({ tree: { $ref: "#/$defs/tree" } }), $defs: { tree } };
  for (const checked of PROFILES.filter((one) => one !== anthropic)) {
    const { json } = decisionSchema({ tools: { t: jsonSchema(source) }, profile: checked.profile });
    assertEquals(checked.find(json), []);
    assertEquals(Object.keys(json.$defs as object).length, 1);
  }
});

/** Counts the parts of the lowered forms of a schema. */
function countParts(source: JsonSchema): number {
  const { json } = decisionSchema({ tools: { t: jsonSchema(source) } });
  return JSON.stringify(json).split('"type"').length;
}

Deno.test("Mutually recursive unions are lowered in a size linear in that of the schema", () => {
  const unions = (count: number) => ({
    ...object({ a: { $ref: "#/$defs/u0" } }),
    $defs: Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`u${at}`, {
        anyOf: Array.from(
          { length: 20 },
          (_, to) =>
            object({
              kind: { const: `${at} ${to}` },
              next: { $ref: `#/$defs/u${(at + to) % count}` },
              note: text,
            }, [
              "kind",
            ]),
        ),
      }]),
    ),
  });
  const [small, large] = [countParts(unions(40)), countParts(unions(80))];
  assert(large < 2.1 * small, `${small} and ${large} parts`);
});

Deno.test("A chain of 10,000 definitions is lowered without exhausting the stack", () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at) => [
      `d${at}`,
      object({ a: at < 9_999 ? { $ref: `#/$defs/d${at + 1}` } : text }),
    ]),
  );
  assert(countParts({ ...object({ a: { $ref: "#/$defs/d0" } }), $defs }) > 10_000);
});

Deno.test("A schema whose merged parts repeat others exponentially is refused with its path", () => {
  let nested: JsonSchema = text;
  for (let level = 0; level < 40; level++) {
    nested = {
      ...object({ p: nested, a: text, b: text }, []),
      anyOf: [{ required: ["a"] }, { required: ["b"] }],
    };
  }
  assertStringIncludes(refusal(nested), 'more than 100000 parts after merging at "p.p.');
});
