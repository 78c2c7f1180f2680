import {
  assert,
  assertEquals,
  assertLessOrEqual,
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
  type LLM,
  MockLLM,
  openaiStrict,
  raw,
  SchemaCache,
  type StandardSchema,
  Tool,
} from "@nomos/agent";
import { collect } from "./fixture.ts";

function tool(args: StandardSchema, name = "t"): Tool {
  return new Tool({ name, description: "", args, run: () => "" });
}

function agentOf(schemaCache: SchemaCache, tools: AnyTool<unknown>[], llm: LLM = new MockLLM()) {
  return new Agent({
    name: "a",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools, routes: { talk: "again" } } },
    schemaCache,
  });
}

/** The JSON Schema of an agent's first decision. */
async function schemaOf(
  schemaCache: SchemaCache,
  ...tools: AnyTool<unknown>[]
): Promise<JsonSchema> {
  const llm = new MockLLM([decide.respond("Hi")]);
  await agentOf(schemaCache, tools, llm).createSession().next("Hello");
  return llm.requests[0]!.schema;
}

/** Whether the tools of two agents with these schemas share one decision schema. */
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

Deno.test("SchemaCache builds the schema of a step once, however many decisions there are", async () => {
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

Deno.test("SchemaCache gives agents with equal tools, made anew, the identical schema", async () => {
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

Deno.test("SchemaCache shares equal steps of one agent, and with other names and models", async () => {
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

Deno.test("SchemaCache never shares schemas of different meaning", async () => {
  const text = v.string();
  const pairs: [one: StandardSchema, other: StandardSchema][] = [
    [v.literal(1), v.literal("1")],
    [v.object({ a: text, b: text }), v.object({ b: text, a: text })],
    [v.string("One"), v.string("Other")],
    [v.pipe(text, v.minLength(1, "One")), v.pipe(text, v.minLength(1, "Other"))],
    [v.pipe(text, v.regex(/^a$/)), v.pipe(text, v.regex(/^a$/i))],
    [v.picklist(["a", "b"]), v.picklist(["a,b"])],
    [v.optional(text, "1"), v.optional(v.union([text, v.number()]), 1)],
    [v.object({}), v.strictObject({})],
    [v.optional(text), v.exactOptional(text)],
  ];
  for (const [one, other] of pairs) {
    assertEquals(await areShared(one, other), false);
    assertEquals(await areShared(other, one), false);
  }
  assertEquals(await areShared(v.string(), v.string()), true);
});

Deno.test("SchemaCache shares code of the author only in the identical object", async () => {
  const text = v.string();
  const same = () => true;
  const closure = (limit: number) => (value: string) => value.length < limit;
  const makers: (() => StandardSchema)[] = [
    () => v.pipe(text, v.check(same)),
    () => v.pipe(text, v.rawCheck(() => {})),
    () => v.pipe(v.object({ a: text }), v.forward(v.check(same), ["a"])),
    () => v.pipe(text, v.transform((x) => x)),
    () => v.pipe(text, v.url()),
    () => v.lazy(() => text),
    () => v.optional(text, () => "d"),
    () => v.string(() => "Message"),
    () => v.fallback(text, "f"),
    () => v.config(text, { abortEarly: true }),
    () => v.cache(text),
    () => ({ ...text, "~run": (dataset: object) => ({ ...dataset, typed: true }) }) as never,
    () => v.pipe(text, v.check(closure(1))),
  ];
  for (const make of makers) {
    const schema = make();
    assertEquals(await areShared(schema, schema), true);
    assertEquals(await areShared(make(), make()), false);
  }
  const cache = new SchemaCache();
  const foreign = [z.object({ x: z.string() }), z.object({ x: z.string() })];
  const schemas = await Promise.all(foreign.map((args) => schemaOf(cache, tool(args))));
  assertNotStrictEquals(schemas[0], schemas[1]);
  assertStrictEquals(await schemaOf(cache, tool(foreign[0]!)), schemas[0]);
});

Deno.test("SchemaCache lets closures with equal source text validate each by its own values", async () => {
  const cache = new SchemaCache();
  for (const limit of [1, 5]) {
    const args = v.object({
      x: v.pipe(v.string(), v.check((x) => x.length < limit, `Below ${limit}`)),
    });
    const llm = new MockLLM([raw({ reasoning: [], decision: decide.call("t", { x: "abc" }) })], {
      whenDone: "repeat",
    });
    const agent = agentOf(cache, [tool(args)], llm);
    await agent.explain(agent.createSession());
    const output = {
      reasoning: [],
      decision: { action: "TOOL_CALL", calls: [{ tool: "t", args: { x: "abc" } }] },
    };
    const probe = new MockLLM([(request) => {
      const result = request.validate(output);
      assert(!(result instanceof Promise));
      assertEquals(result.success, limit === 5);
      return decide.respond("Hi");
    }]);
    await agentOf(cache, [tool(args)], probe).createSession().next("Hello");
    probe.assertDone();
  }
});

Deno.test("SchemaCache that is switched off builds for every decision, with the same text", async () => {
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

Deno.test("SchemaCache gives the same bytes in every process, tools in any order", async () => {
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

Deno.test("SchemaCache is empty again when 100,000 agents of their own meaning are gone", async () => {
  const schemaCache = new SchemaCache();
  const llm = new MockLLM();
  const make = (n: number) =>
    new Agent({
      name: "a",
      llm,
      start: "talk",
      steps: { talk: { description: "", tools: [tool(v.object({ a: v.picklist([`${n}`]) }))] } },
      schemaCache,
    });
  const kept = [make(-1), make(-2)];
  const [before] = await Promise.all(
    kept.map(async (agent) => (await agent.explain(agent.createSession())).schema),
  );
  for (let n = 0; n < 100_000; n++) {
    make(n);
    if (n % 10_000 === 0) await collect(() => schemaCache.size <= 2);
  }
  assertEquals(schemaCache.built, 100_002);
  await collect(() => schemaCache.size <= 2);
  assertEquals(schemaCache.size, 2);
  make(-1);
  assertEquals(schemaCache.built, 100_002);
  const again = (await kept[0]!.explain(kept[0]!.createSession())).schema;
  assertStrictEquals(again, before);
});

Deno.test("SchemaCache holds few of very many combinations that guards open", async () => {
  const schemaCache = new SchemaCache();
  const names = Array.from({ length: 9 }, (_, n) => `t${n}`);
  const tools = names.map((name, bit) =>
    new Tool<StandardSchema, { bits: number }>({
      name,
      description: "",
      args: v.object({}),
      run: () => "",
      available: ({ context }) => (context.bits >> bit & 1) > 0,
    })
  );
  const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
  const steps = { talk: { description: "", tools } };
  const agent = new Agent<"talk", { bits: number }>({
    name: "a",
    llm,
    start: "talk",
    steps,
    schemaCache,
  });
  for (let bits = 0; bits < 512; bits++) {
    await agent.createSession({ context: { bits } }).next("Hello");
    const { legal } = llm.requests.pop()!;
    assertEquals(legal!.tools, names.filter((_, bit) => (bits >> bit & 1) > 0));
  }
  assertEquals(schemaCache.built, 512);
  await collect(() => schemaCache.size <= 64);
  assertLessOrEqual(schemaCache.size, 64);
});

/** Makes short-lived things around a tool that stays; gives how many were not collected. */
async function leftOver(make: (n: number) => Promise<object>): Promise<number> {
  const refs: WeakRef<object>[] = [];
  for (let n = 0; n < 200; n++) refs.push(new WeakRef(await make(n)));
  const alive = () => refs.filter((ref) => ref.deref() !== undefined).length;
  await collect(() => alive() <= 2);
  return alive();
}

type Said = Record<string, Record<string, Record<string, JsonSchema>>>;

/** The object that says the arguments of the only tool, in an agent's schema. */
async function saidArgs(agent: Agent<"talk">): Promise<object> {
  const { schema } = await agent.explain(agent.createSession());
  const { anyOf } = (schema as Said).properties!.decision as unknown as { anyOf: Said[] };
  const calls = anyOf.find(({ properties }) => "calls" in properties!)!.properties!.calls!;
  return ((calls.items as JsonSchema).properties as Record<string, object>).args!;
}

Deno.test("A tool that stays keeps nothing of agents whose models had profiles of their own", async () => {
  const stays = tool(v.object({ profiled: v.string() }));
  const left = await leftOver(async (n) => {
    const llm = Object.assign(new MockLLM(), {
      schemaProfile: { ...openaiStrict, name: `own ${n}` },
    });
    return await saidArgs(agentOf(new SchemaCache(), [stays], llm) as Agent<"talk">);
  });
  assertLessOrEqual(left, 10);
  assertEquals(stays.name, "t");
});

Deno.test("A schema that stays keeps nothing of tools that had other names", async () => {
  const args = () => v.object({ named: v.string() });
  const stays = tool(args());
  const left = await leftOver(async (n) =>
    await saidArgs(agentOf(new SchemaCache(), [tool(args(), `tool_${n}`)]) as Agent<"talk">)
  );
  assertLessOrEqual(left, 10);
  assertEquals(stays.name, "t");
});
