/**
 * Programs with data that the compiler accepts and refuses. An unused `@ts-expect-error` is itself
 * an error, so checking this file is the test.
 *
 * @module
 */
import { Agent, ConfigError, decide, GraphError, MockLLM, Tool, type Turn } from "@nomos/agent";
import { assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";

/** Compiles only if both types are the same. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? [] : [never]
): void {}

const llm = new MockLLM([], { whenDone: "repeat" });

const say = new Tool({
  name: "say",
  description: "Say something",
  args: v.object({ text: v.string() }),
  run: ({ text }) => text,
});

const Cart = v.object({ cart: v.optional(v.array(v.string()), []), note: v.optional(v.string()) });

const fill = new Tool({
  run: ({ item }, { data, setData }) => {
    same<typeof data.cart, string[]>();
    setData(({ cart }) => ({ cart: [...cart, item], note: undefined }));
    setData({ note: undefined });
    // @ts-expect-error no such key
    setData({ nope: 1 });
    // @ts-expect-error the data are frozen
    const change = () => data.cart = [];
    return change;
  },
  name: "fill",
  description: "Fill",
  args: v.object({ item: v.string() }),
  data: v.object({ cart: v.array(v.string()), note: v.optional(v.string()) }),
});

Deno.test("Agent, the data are typed by its schema, in guards, texts, sessions and turns", async () => {
  const agent = new Agent({
    system: ({ data }) => {
      same<typeof data.cart, string[]>();
      return `${data.note}`;
    },
    steps: {
      a: {
        description: ({ data, step }) => `${data.cart.join()} in ${step}`,
        persona: ({ data }) => `${data.note}`,
        tools: [fill, say],
        routes: { a: { when: "again", guard: ({ data }) => data.cart.length > 0 } },
      },
    },
    start: "a",
    llm: new MockLLM([decide.respond("Hello")]),
    data: Cart,
    name: "x",
  });
  type Data = { cart: string[]; note?: string | undefined };
  same<typeof agent, Agent<{ a: unknown }, Data>>();
  const session = agent.createSession({ data: { cart: ["tea"] } });
  same<typeof session.data.cart, string[]>();
  assertEquals(session.data.cart, ["tea"]);
  const turn = await session.next("Hi");
  same<typeof turn.data.cart, string[]>();
  assertEquals([turn.data.note, session.dataAt(0).cart], [undefined, ["tea"]]);
  // @ts-expect-error a value of another type
  assertThrows(() => agent.createSession({ data: { cart: "tea" } }), ConfigError);
  // @ts-expect-error no such key
  assertThrows(() => agent.createSession({ data: { crat: [] } }), ConfigError);
  // @ts-expect-error no such key
  const read = () => session.data.crat;
  assertEquals(read(), undefined);
  const any: Agent = agent;
  const turns: Turn[] = [turn];
  assertEquals([any.name, turns.length], ["x", 1]);
});

Deno.test("Agent, a tool that needs other data is a compile error, and a GraphError", () => {
  const steps = { a: { description: "A", tools: [fill] } };
  // @ts-expect-error the agent has no data
  assertThrows(() => new Agent({ name: "x", llm, start: "a", steps }), GraphError);
  const other = v.object({ other: v.optional(v.number(), 1) });
  // @ts-expect-error the agent has other data
  assertThrows(() => new Agent({ name: "x", llm, start: "a", steps, data: other }), GraphError);
  const tools = [fill];
  const plain = { a: { description: "A" } };
  assertThrows(
    // @ts-expect-error the agent has other data
    () => new Agent({ name: "x", llm, start: "a", steps: plain, tools, data: other }),
    GraphError,
  );
  const wider = v.object({ ...Cart.entries, more: v.optional(v.number(), 1) });
  same<
    Agent<{ a: unknown }, v.InferOutput<typeof wider>>,
    ReturnType<typeof build>
  >();
  function build() {
    return new Agent({ name: "x", llm, start: "a", steps, data: wider });
  }
  assertEquals(build().name, "x");
});

Deno.test("Tool, a change of data that it does not declare is a compile error", () => {
  const untyped = new Tool({
    name: "untyped",
    description: "Untyped",
    args: v.object({}),
    run: (_, { setData }) => {
      // @ts-expect-error the tool has no data
      setData({ cart: [] });
      // @ts-expect-error the tool has no data
      setData(() => ({ cart: [] }));
    },
  });
  const open = new Tool({
    name: "open",
    description: "Open",
    args: v.object({}),
    data: v.record(v.string(), v.number()),
    run: (_, { setData }) => setData(({ count = 0 }) => ({ count: count + 1 })),
  });
  assertEquals([untyped.name, open.name], ["untyped", "open"]);
});

Deno.test("Agent, a migration of data to another type is a compile error", () => {
  const steps = { a: { description: "A", tools: [fill] } };
  const options = { name: "x", llm, start: "a", steps, data: Cart } as const;
  const built = [
    new Agent({ ...options, migrateData: ({ items }) => ({ cart: items as string[] }) }),
    new Agent({ migrateData: () => ({}), ...options }),
    // @ts-expect-error a value of another type
    new Agent({ ...options, migrateData: ({ items }) => ({ cart: `${items}` }) }),
    // @ts-expect-error no object
    new Agent({ ...options, migrateData: ({ items }) => `${items}` }),
    // @ts-expect-error not synchronous
    new Agent({ ...options, migrateData: async ({ items }) => ({ cart: await items }) }),
    // @ts-expect-error nothing
    new Agent({ ...options, migrateData: () => {} }),
    // @ts-expect-error no such key
    new Agent({ ...options, migrateData: () => ({ crat: [] }) }),
  ];
  assertEquals(built.length, 7);
});
