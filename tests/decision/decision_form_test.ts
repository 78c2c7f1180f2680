import { openaiStrict } from "@nomos/agent/llm";
import { assertEquals, assertNotEquals } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import { Agent, MockLLM, Tool } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { buildFormKey } from "../../src/decision/decision_schema.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { decisionSchema, type Offered } from "../schema/fixture.ts";
import { findStrictProblems } from "../schema/strict_checker.ts";

const size = v.object({ size: v.optional(v.picklist(["small", "large"])) });

function closed(properties: Record<string, unknown>): unknown {
  const required = Object.keys(properties);
  return { type: "object", properties, required, additionalProperties: false };
}

const texts = { type: "array", items: { type: "string" } };

Deno.test("DecisionForm has a variant for every action, with the discriminator first", () => {
  const { json } = decisionSchema({
    respond: true,
    tools: { get_menu: size, brew: v.object({}) },
    routes: ["order", "bye"],
    end: true,
    suggestions: true,
    reasoning: true,
  });
  const sizeSchema = {
    anyOf: [{ type: "string", enum: ["small", "large"] }, { type: "null" }],
  };
  const call = (tool: string, args: unknown) =>
    closed({ tool: { type: "string", const: tool }, args });
  const expected = closed({
    reasoning: { ...texts, minItems: 1 },
    decision: {
      anyOf: [
        closed({
          action: { type: "string", const: "RESPOND" },
          response: { type: "string" },
          suggestions: texts,
        }),
        closed({
          action: { type: "string", const: "TOOL_CALL" },
          calls: {
            type: "array",
            items: {
              anyOf: [call("brew", closed({})), call("get_menu", closed({ size: sizeSchema }))],
            },
            minItems: 1,
            maxItems: 16,
          },
        }),
        closed({
          action: { type: "string", const: "MOVE" },
          step: { type: "string", enum: ["order", "bye"] },
        }),
        closed({
          action: { type: "string", const: "END" },
          response: { type: ["string", "null"] },
        }),
      ],
    },
  });
  assertEquals(JSON.stringify(json), JSON.stringify(expected));
});

Deno.test("DecisionForm has no union for a single action, and always an object as root", () => {
  const single: Offered[] = [
    { respond: true },
    { tools: { t: size } },
    { routes: ["a"] },
    { end: true },
  ];
  for (const offered of single) {
    const { json } = decisionSchema(offered);
    const { decision, reasoning } = json.properties as Record<string, { anyOf?: unknown }>;
    assertEquals([json.type, decision!.anyOf, reasoning], ["object", undefined, undefined]);
  }
});

Deno.test("DecisionForm is within the strict subset for every combination of legal actions", () => {
  const node: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => node)) });
  const tools = [{}, { one: size }, { one: size, node, other: v.object({}) }];
  const answers = [undefined, v.string(), v.nullable(node), v.array(v.picklist(["a", "b"]))];
  let count = 0;
  for (const bits of Array.from({ length: 32 }, (_, bits) => bits)) {
    for (const offeredTools of tools) {
      for (const answer of answers) {
        const offered: Offered = {
          respond: (bits & 1) > 0,
          routes: (bits & 2) > 0 ? ["a", "b"] : [],
          end: (bits & 4) > 0,
          suggestions: (bits & 8) > 0,
          reasoning: (bits & 16) > 0,
          tools: offeredTools,
          answer,
        };
        const schema = decisionSchema(offered);
        if (schema.legal.actions.length === 0) continue;
        assertEquals(findStrictProblems(schema.json), []);
        count++;
      }
    }
  }
  assertEquals(count, 380);
});

Deno.test("agent.explain returns a schema within the strict subset", async () => {
  const agent = new Agent({
    name: "a",
    llm: new MockLLM(),
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        tools: [new Tool({ name: "t", description: "", args: size, run: () => "" })],
        routes: { talk: "again" },
        answer: v.object({ text: v.string(), mood: v.optional(v.picklist(["good", "bad"])) }),
        suggestions: true,
      },
    },
  });
  const { schema } = await agent.explain(agent.createSession());
  assertEquals(findStrictProblems(schema), []);
});

Deno.test("buildFormKey distinguishes shapes with different schemas", () => {
  const wire = (schema: unknown) => WireSchema.of(schema, 'tool "t"');
  const base = {
    legal: { actions: ["RESPOND", "TOOL_CALL", "MOVE"], routes: ["a", "b"], tools: ["t", "u"] },
    tools: new Map([["t", wire(size)], ["u", wire(v.object({}))]]),
    answer: undefined,
    suggestions: false,
    reasoning: true,
    profile: openaiStrict,
  } as const;
  const { legal } = base;
  const shapes = [
    base,
    { ...base, legal: { ...legal, actions: ["RESPOND", "TOOL_CALL"] } },
    { ...base, legal: { ...legal, routes: ["b", "a"] } },
    { ...base, legal: { ...legal, routes: ["a", "b", "c"] } },
    { ...base, legal: { ...legal, routes: ['a","b'] } },
    { ...base, legal: { ...legal, tools: ["t"] } },
    { ...base, tools: new Map([["t", wire(v.object({}))], ["u", wire(size)]]) },
    { ...base, answer: wire(v.string()) },
    { ...base, answer: wire(v.number()) },
    { ...base, answer: wire(z.string()) },
    { ...base, tools: new Map([...base.tools, ["t", wire(v.object({ size: v.string() }))]]) },
    { ...base, suggestions: true },
    { ...base, reasoning: false },
    { ...base, profile: { ...openaiStrict, name: "other" } },
    { ...base, profile: { ...openaiStrict, stringFormats: [] } },
  ];
  const keys = shapes.map((shape) => buildFormKey(shape as typeof base));
  assertEquals(new Set(keys).size, shapes.length);
  const unused = new Map([...base.tools, ["more", wire(v.object({ a: v.string() }))]]);
  assertEquals(buildFormKey({ ...base, tools: unused } as typeof base), keys[0]);
});

Deno.test("buildFormKey distinguishes a missing answer schema from every answer schema", () => {
  const base = decisionShape();
  const answers = [v.null_(), v.literal("null"), v.object({ x: v.undefinedable(v.string()) })];
  for (const answer of answers) {
    assertNotEquals(
      buildFormKey({ ...base, answer: WireSchema.of(answer, "the answer") }),
      buildFormKey(base),
    );
  }
});

function decisionShape() {
  return {
    legal: { actions: ["RESPOND"], routes: [], tools: [] },
    tools: new Map(),
    suggestions: false,
    reasoning: false,
    profile: openaiStrict,
  } as const;
}

Deno.test("DecisionForm lowers to a custom profile", () => {
  const small: SchemaProfile = { ...openaiStrict, name: "small", stringFormats: [] };
  const args = v.object({ mail: v.pipe(v.string(), v.email()) });
  const json = (profile: SchemaProfile) =>
    JSON.stringify(decisionSchema({ tools: { t: args }, profile }).json);
  assertEquals(json(openaiStrict).includes('"format":"email"'), true);
  assertEquals(json(small).includes('"format"'), false);
  assertEquals(json(small).includes("in the format email"), true);
});
