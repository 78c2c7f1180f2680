import {
  assert,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import {
  Agent,
  type AnyTool,
  decide,
  type JsonSchema,
  MockLLM,
  raw,
  SchemaCache,
  type StandardSchema,
  Tool,
} from "@nomos/agent";
import { agentOf, tool } from "./schema_cache_agent.ts";

/** Returns the JSON Schema of an agent's first decision. */
async function schemaOf(
  schemaCache: SchemaCache,
  ...tools: AnyTool<unknown>[]
): Promise<JsonSchema> {
  const llm = new MockLLM([decide.respond("Hi")]);
  await agentOf(schemaCache, tools, llm).createSession().next("Hello");
  return llm.requests[0]!.schema;
}

/** Returns true if two agents whose tools have these schemas share one decision schema. */
async function areShared(one: StandardSchema, other: StandardSchema): Promise<boolean> {
  const cache = new SchemaCache();
  const [a, b] = [
    tool(v.object({ x: one as v.GenericSchema })),
    tool(v.object({ x: other as v.GenericSchema })),
  ];
  const schemas = [await schemaOf(cache, a), await schemaOf(cache, b)];
  assertEquals(cache.built, schemas[0] === schemas[1] ? 1 : 2);
  return schemas[0] === schemas[1];
}

Deno.test("SchemaCache builds the schema of a step once for all its decisions", async () => {
  const schemaCache = new SchemaCache();
  const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
  const agent = agentOf(schemaCache, [tool(v.object({ a: v.string() }))], llm);
  assertEquals([schemaCache.built, schemaCache.hits, schemaCache.size], [1, 0, 1]);
  const sessions = Array.from({ length: 5 }, () => agent.createSession());
  for (const session of sessions) {
    await session.next("one");
    await session.next("two");
  }
  assertEquals([schemaCache.built, schemaCache.hits, schemaCache.size], [1, 10, 1]);
  for (const { schema } of llm.requests) assertStrictEquals(schema, llm.requests[0]!.schema);
});

Deno.test("SchemaCache returns the identical schema to agents with equal tools that were created again", async () => {
  const schemaCache = new SchemaCache();
  const args = () =>
    v.object({
      size: v.optional(v.picklist(["small", "large"]), "small"),
      kind: v.variant("k", [v.object({ k: v.literal("a"), n: v.pipe(v.number(), v.integer()) })]),
      mail: v.pipe(v.string(), v.email("Mail"), v.regex(/^a/u), v.description("Theirs")),
    });
  const make = () => [tool(args(), "one"), tool(args(), "two")];
  const first = await schemaOf(schemaCache, ...make());
  assertStrictEquals(await schemaOf(schemaCache, ...make()), first);
  assertStrictEquals(await schemaOf(schemaCache, ...make().reverse()), first);
  assertEquals([schemaCache.built, schemaCache.size], [1, 1]);
  assertNotStrictEquals(await schemaOf(new SchemaCache(), ...make()), first);
});

Deno.test("SchemaCache shares schemas between equal steps, also with other names and models", async () => {
  const schemaCache = new SchemaCache();
  const step = () => ({ description: "", tools: [tool(v.object({ a: v.string() }))] });
  const script = [decide.respond("Hi")];
  const other = new MockLLM(script, { name: "other" });
  const llm = new MockLLM(script);
  const make = (start: "x" | "y") =>
    new Agent({
      name: start,
      llm: { default: llm, other },
      start,
      schemaCache,
      steps: {
        x: { ...step(), description: "X" },
        y: { ...step(), llm: "other", examples: [{ context: "a", decision: "b" }] },
      },
    });
  const shared = tool(v.object({ a: v.string() }));
  for (const start of ["x", "y"] as const) {
    const agent = new Agent({
      name: start,
      llm: { default: llm, other },
      start,
      schemaCache,
      steps: {
        x: { description: "X", tools: [shared] },
        y: { description: "Y", tools: [shared], llm: "other" },
      },
    });
    await agent.createSession().next("Hello");
  }
  assertEquals(schemaCache.built, 1);
  assertStrictEquals(llm.requests[0]!.schema, other.requests[0]!.schema);
  let refused = false;
  try {
    make("x");
  } catch {
    refused = true;
  }
  assert(refused, "One name means one tool in an agent");
});

Deno.test("SchemaCache builds one schema for 500 sessions that each create 20 tools", async () => {
  const makers: Record<string, () => StandardSchema> = {
    valibot: () => v.object({ x: v.string(), n: v.optional(v.number()) }),
    zod: () => z.object({ x: z.string(), n: z.number().optional() }),
    "a check of valibot": () => v.object({ x: v.pipe(v.string(), v.check((x) => x !== "")) }),
  };
  for (const [name, args] of Object.entries(makers)) {
    const schemaCache = new SchemaCache();
    const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
    for (let made = 0; made < 500; made++) {
      const tools = Array.from({ length: 20 }, (_, n) => tool(args(), `tool_${n}`));
      await agentOf(schemaCache, tools, llm).createSession().next("Hello");
    }
    assertEquals(schemaCache.built, 1, name);
  }
});

Deno.test("SchemaCache does not share schemas with different JSON Schemas", async () => {
  const text = v.string();
  const regex = (expression: RegExp) => v.pipe(text, v.regex(expression));
  const pairs: [one: StandardSchema, other: StandardSchema][] = [
    [v.literal(1), v.literal("1")],
    [v.object({ a: text, b: text }), v.object({ b: text, a: text })],
    [regex(/^a$/), regex(/^a$/i)],
    [regex(/a/i), regex(/b/i)],
    [v.picklist(["a", "b"]), v.picklist(["a,b"])],
    [v.optional(text, "1"), v.optional(v.union([text, v.number()]), 1)],
    [v.optional(text), v.nullable(text)],
    [v.object({}), v.strictObject({})],
  ];
  for (const [one, other] of pairs) {
    assertEquals(await areShared(one, other), false);
    assertEquals(await areShared(other, one), false);
  }
});

Deno.test("SchemaCache shares schemas with equal JSON Schemas and different validation", async () => {
  const text = v.string();
  const makers: (() => StandardSchema)[] = [
    () => text,
    () => v.pipe(text, v.check(() => true)),
    () => v.pipe(text, v.rawCheck(() => {})),
    () => v.pipe(text, v.transform((x) => x)),
    () => v.optional(text, () => "d"),
    () => v.string(() => "Message"),
    () => v.fallback(text, "f"),
    () => v.config(text, { abortEarly: true }),
    () => ({ ...text, "~run": (dataset: object) => ({ ...dataset, typed: true }) }) as never,
  ];
  for (const make of makers) assertEquals(await areShared(make(), make()), true);
  const cache = new SchemaCache();
  const made = [() => v.object({ x: v.string() }), () => z.object({ x: z.string() })];
  for (const args of made) {
    assertStrictEquals(await schemaOf(cache, tool(args())), await schemaOf(cache, tool(args())));
  }
});

/** Returns the outcome of one call: the arguments that the tool received, or the refusal. */
async function outcome(
  schemaCache: SchemaCache,
  x: StandardSchema,
  value: unknown,
): Promise<unknown> {
  let outcome: unknown;
  const args = x["~standard"].vendor === "zod"
    ? z.object({ x: x as z.ZodType })
    : v.object({ x: x as v.GenericSchema });
  const t = new Tool({
    name: "t",
    description: "",
    args: args as StandardSchema,
    run: (args) => JSON.stringify(outcome = args),
  });
  const decision = { action: "TOOL_CALL", calls: [{ tool: "t", args: { x: value } }] };
  const llm = new MockLLM([raw({ reasoning: [], decision }), decide.respond("Hi")]);
  const steps = { talk: { description: "", tools: [t] } };
  const agent = new Agent({ name: "a", llm, start: "talk", steps, schemaCache, maxErrors: 0 });
  const { events } = await agent.createSession().next("Hello");
  return events.find((event) => event.type === "error")?.message ?? outcome;
}

Deno.test("SchemaCache never validates by the schema of another tool", async () => {
  const text = v.string();
  const regex = (expression: RegExp) => v.pipe(text, v.regex(expression));
  const closure = (limit: number) => (value: string) => value.length < limit;
  const add = (suffix: string) => (value: string) => value + suffix;
  const pairs: Record<string, [one: StandardSchema, other: StandardSchema, value: unknown]> = {
    "optional and nullable": [v.optional(text), v.nullable(text), null],
    "flags of a pattern": [regex(/^a$/), regex(/^a$/i), "A"],
    "patterns with flags": [regex(/a/i), regex(/b/i), "A"],
    "two checks": [v.pipe(text, v.check(closure(1))), v.pipe(text, v.check(closure(5))), "abc"],
    "two transforms": [
      v.pipe(text, v.transform(add("1"))),
      v.pipe(text, v.transform(add("2"))),
      "a",
    ],
    "two default functions": [v.optional(text, () => "1"), v.optional(text, () => "2"), null],
    "two issue messages": [v.string("One"), v.string("Other"), 1],
    "two issue messages of a pipe": [
      v.pipe(text, v.minLength(2, "One")),
      v.pipe(text, v.minLength(2, "Other")),
      "a",
    ],
    "strict and plain objects": [v.object({}), v.strictObject({}), { a: 1 }],
    "two libraries": [v.string(), z.string(), 1],
    "a transform and none": [text, v.pipe(text, v.toUpperCase()), "a"],
  };
  for (const [name, [one, other, value]] of Object.entries(pairs)) {
    const alone = [
      await outcome(new SchemaCache(), one, value),
      await outcome(new SchemaCache(), other, value),
    ];
    assertNotEquals(alone[0], alone[1], name);
    const [cache, reversed] = [new SchemaCache(), new SchemaCache()];
    assertEquals([await outcome(cache, one, value), await outcome(cache, other, value)], alone);
    assertEquals(
      [await outcome(reversed, other, value), await outcome(reversed, one, value)],
      alone.toReversed(),
      name,
    );
  }
});

Deno.test("SchemaCache builds an equal schema for every decision if it is disabled", async () => {
  const schemaCache = new SchemaCache({ enabled: false });
  const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
  const session = agentOf(schemaCache, [tool(v.object({ a: v.string() }))], llm).createSession();
  const atFirst = schemaCache.built;
  for (let turn = 0; turn < 3; turn++) await session.next("Hello");
  assertEquals([schemaCache.built, schemaCache.hits, schemaCache.size], [atFirst + 3, 0, 0]);
  const [one, other] = llm.requests.map(({ schema }) => schema);
  assertNotStrictEquals(one, other);
  assertEquals(JSON.stringify(one), JSON.stringify(other));
});

const PROGRAM = `
import * as v from "valibot";
import { Agent, MockLLM, Tool } from "@nomos/agent";
const node = v.object({ name: v.string(), next: v.optional(v.lazy(() => node)) });
const schemas = {
  menu: v.object({ size: v.optional(v.picklist(["s", "l"])), note: v.optional(v.string(), () => crypto.randomUUID()) }),
  tree: node,
  brew: v.strictObject({ at: v.pipe(v.string(), v.isoTime()), n: v.pipe(v.number(), v.minValue(1)) }),
};
const names = Deno.args.length > 0 ? Deno.args : Object.keys(schemas);
const tools = names.map((name) => new Tool({ name, description: "", args: schemas[name], run: () => "" }));
const steps = { talk: { description: "", tools, routes: { bye: "done" } }, bye: { description: "" } };
const agent = new Agent({ name: "a", llm: new MockLLM(), start: "talk", steps });
console.log(JSON.stringify((await agent.explain(agent.createSession())).schema));
`;

Deno.test("SchemaCache returns the same bytes in every process, with tools in any order", async () => {
  const print = async (...names: string[]) => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--ext=js", PROGRAM, ...names],
      cwd: new URL("../../", import.meta.url),
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert(text.startsWith("{"), new TextDecoder().decode(stderr));
    return text;
  };
  const [one, two, other] = await Promise.all([
    print(),
    print(),
    print("brew", "tree", "menu"),
  ]);
  assertEquals(two, one);
  assertEquals(other, one);
});
