import { assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import * as v from "valibot";
import { Agent, decide, type JsonSchema, MockLLM, SchemaCache, Tool } from "@nomos/agent";
import { openaiStrict } from "@nomos/agent/llm";
import { collect } from "./fixture.ts";
import { agentOf, tool } from "./schema_cache_agent.ts";

Deno.test("SchemaCache removes the entries of 10,000 collected agents with different schemas", async () => {
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
  for (let n = 0; n < 10_000; n++) {
    make(n);
    if (n % 2_000 === 0) await collect(() => schemaCache.size <= 2);
  }
  assertEquals(schemaCache.built, 10_002);
  await collect(() => schemaCache.size <= 2);
  assertEquals(schemaCache.size, 2);
  make(-1);
  assertEquals(schemaCache.built, 10_002);
  const again = (await kept[0]!.explain(kept[0]!.createSession())).schema;
  assertStrictEquals(again, before);
});

Deno.test("SchemaCache keeps at most 64 of the 512 combinations of a step's guards", async () => {
  const schemaCache = new SchemaCache();
  const names = Array.from({ length: 9 }, (_, n) => `t${n}`);
  const tools = names.map((name, bit) =>
    new Tool<unknown, unknown, { bits: number }>({
      name,
      description: "",
      args: v.object({}),
      run: () => "",
      guard: ({ context }) => (context.bits >> bit & 1) > 0,
    })
  );
  const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
  const steps = { talk: { description: "", tools } };
  const agent = new Agent<Record<"talk", unknown>, unknown, { bits: number }>({
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

/** Creates 200 objects, collects garbage, and returns the number of objects that are left. */
async function countSurvivors(make: (n: number) => Promise<object>, allowed = 10): Promise<number> {
  const refs: WeakRef<object>[] = [];
  for (let n = 0; n < 200; n++) refs.push(new WeakRef(await make(n)));
  const alive = () => refs.filter((ref) => ref.deref() !== undefined).length;
  await collect(() => alive() <= allowed);
  return alive();
}

type Schema = Record<string, Record<string, Record<string, JsonSchema>>>;

/** Returns the part of an agent's schema for the arguments of its only tool. */
async function argsSchemaOf(agent: Agent<Record<"talk", unknown>>): Promise<object> {
  const { schema } = await agent.explain(agent.createSession());
  const { anyOf } = (schema as Schema).properties!.decision as unknown as { anyOf: Schema[] };
  const calls = anyOf.find(({ properties }) => "calls" in properties!)!.properties!.calls!;
  return ((calls.items as JsonSchema).properties as Record<string, object>).args!;
}

Deno.test("A tool keeps no schemas of collected agents with other profiles alive", async () => {
  const stays = tool(v.object({ profiled: v.string() }));
  const left = await countSurvivors(async (n) => {
    const llm = Object.assign(new MockLLM(), {
      schemaProfile: { ...openaiStrict, name: `own ${n}` },
    });
    return await argsSchemaOf(
      agentOf(new SchemaCache(), [stays], llm) as Agent<Record<"talk", unknown>>,
    );
  });
  assertLessOrEqual(left, 10);
  assertEquals(stays.name, "t");
});

Deno.test("A schema keeps no schemas of collected tools with other names alive", async () => {
  const args = () => v.object({ named: v.string() });
  const stays = tool(args());
  const left = await countSurvivors(async (n) =>
    await argsSchemaOf(
      agentOf(new SchemaCache(), [tool(args(), `tool_${n}`)]) as Agent<Record<"talk", unknown>>,
    )
  );
  assertLessOrEqual(left, 10);
  assertEquals(stays.name, "t");
});

Deno.test("A decision schema keeps no author's schemas of other agents alive that share it", async () => {
  const schemaCache = new SchemaCache();
  const args = () => v.object({ x: v.pipe(v.string(), v.check((x) => x !== "shared")) });
  const stays = agentOf(schemaCache, [tool(args())]);
  const left = await countSurvivors((n) => {
    const schema = args();
    agentOf(schemaCache, [tool(schema)], new MockLLM([], { name: `${n}` }));
    return Promise.resolve(schema);
  }, 2);
  assertLessOrEqual(left, 2);
  assertEquals(schemaCache.built, 1);
  await stays.explain(stays.createSession());
});
