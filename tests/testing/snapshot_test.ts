import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import { plainJsonSchema } from "@nomos/agent/llm";
import { requestSnapshot, schemaOutline } from "@nomos/agent/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { exploredAgent } from "./explored_agent.ts";
import * as v from "valibot";

function agentWith(llm: MockLLM) {
  const tool = new Tool({
    name: "get_menu",
    description: "List the drinks",
    args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
    run: () => "tea",
  });
  return new Agent({
    name: "barista",
    llm,
    system: "Be brief.",
    start: "greet",
    steps: { greet: { description: "Greet them", tools: [tool], end: false } },
  });
}

async function snapshotAfter(id: string): Promise<string> {
  const agent = agentWith(new MockLLM([decide.call("get_menu"), decide.respond("We have tea")]));
  const session = agent.createSession({ id });
  await session.next("What do you have?");
  return requestSnapshot(await agent.explain(session));
}

Deno.test("requestSnapshot() shows messages as text and the schema as an outline", async () => {
  assertEquals(
    await snapshotAfter("one"),
    `--- system
Be brief.

--- user
What do you have?

--- assistant
{"decision":{"action":"TOOL_CALL","calls":[{"tool":"get_menu","args":{}}]}}

--- tool (call 1)
Result of get_menu:
tea

--- assistant
{"decision":{"action":"RESPOND","response":"We have tea"}}

--- system
Current step: greet
Greet them

Choose one action:
- RESPOND to answer the user and wait for their reply
- TOOL_CALL with one or more of:
  - get_menu: List the drinks

--- schema for mock
reasoning list of string minItems 1
decision any of
  -
    action "RESPOND"
    response string
  -
    action "TOOL_CALL"
    calls list of maxItems 16 minItems 1
      tool "get_menu"
      args
        size any of
          - "small" | "large"
          - null
`,
  );
});

Deno.test("requestSnapshot() does not depend on the session id", async () => {
  assertEquals(await snapshotAfter("one"), await snapshotAfter("another"));
});

Deno.test("schemaOutline() changes one line if one property changes", () => {
  const schema = (size: object) => ({
    type: "object",
    properties: { size, name: { type: "string", description: "who" } },
    required: ["size", "name"],
    additionalProperties: false,
  });
  const [before, after] = [{ type: "integer", minimum: 1 }, { minimum: 2, type: "integer" }]
    .map((size) => schemaOutline(schema(size)).split("\n"));
  assertEquals(before, ["size integer minimum 1", 'name string description "who"']);
  assertEquals(after, ["size integer minimum 2", 'name string description "who"']);
});

Deno.test("schemaOutline() shows definitions, references and unions", () => {
  const outline = schemaOutline({
    type: "object",
    properties: { tree: { $ref: "#/$defs/tree" }, kind: { type: ["string", "null"] } },
    $defs: {
      tree: {
        type: "object",
        properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } },
      },
    },
  });
  assertEquals(
    outline,
    `tree #/$defs/tree
kind string | null
#/$defs/tree
  children list of #/$defs/tree`,
  );
});

Deno.test("requestSnapshot() shows the routes of a step", async () => {
  const agent = exploredAgent();
  const text = requestSnapshot(await agent.explain(agent.createSession()));
  assertStringIncludes(
    text,
    "- MOVE to the step whose condition holds:\n  - order: ready to order",
  );
});

Deno.test("schemaOutline() marks optional properties, open objects, tuples and intersections", () => {
  const schema = v.object({
    a: v.optional(v.string()),
    map: v.record(v.string(), v.object({ x: v.optional(v.number()) })),
    pair: v.tuple([v.string(), v.object({ y: v.number() })]),
    rest: v.tupleWithRest([v.string()], v.number()),
    both: v.intersect([v.object({ b: v.boolean() }), v.looseObject({ b: v.literal(true) })]),
    any: v.unknown(),
    list: v.array(v.unknown()),
  });
  const { schema: lowered } = WireSchema.of(schema, "t").lower(plainJsonSchema, "t");
  assertEquals(
    schemaOutline(lowered),
    `a? string
map
  [any]
    x? number
pair tuple of maxItems 2 minItems 2
  - string
  -
    y number
rest tuple of minItems 1
  - string
  ... number
both all of
  -
    b boolean
  -
    b true
    [any] anything
any anything
list list of anything`,
  );
});
