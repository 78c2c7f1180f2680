/** Data of sessions: their start, and their readers. */
import { Agent, ConfigError, decide, MockLLM, Tool } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { add, Cart, done, shopOf } from "./cart_shop.ts";

Deno.test("data, start from the defaults of the schema, or from what a session is created with", async () => {
  const agent = shopOf([done]);
  assertEquals(agent.createSession().data, { cart: [] });
  assertEquals(agent.createSession({ data: { cart: ["tea"] } }).data, { cart: ["tea"] });
  const session = agent.createSession({ data: { note: "hello", cart: undefined } });
  assertEquals(session.data, { cart: [], note: "hello" });
  assertEquals(session.state.events, []);
  const turn = await session.next("Hi");
  assertEquals(turn.data, { cart: [], note: "hello" });
  assertEquals(turn.events.map(({ type, joined }) => [type, joined]), [
    ["data_set", undefined],
    ["user", true],
    ["decision", undefined],
  ]);
  const one = await shopOf([done]).next("Hi", undefined, { data: { note: "one turn" } });
  assertEquals(one.data, { cart: [], note: "one turn" });
});

Deno.test("data, are refused at the start with the path, if the schema does not accept them", async () => {
  const agent = shopOf([]);
  const cases: [data: unknown, message: string][] = [
    [{ cart: "tea" }, 'data.cart does not satisfy the data schema of agent "shop": '],
    [{ cart: [1] }, "data.cart.0 does not satisfy"],
    [[], "data is a list: expected an object"],
    [null, "data is null: expected an object"],
    ["", 'data is "": expected an object'],
    [
      { crat: [] },
      'data.crat is not in the data schema of agent "shop": add it there, or leave it out',
    ],
  ];
  const store = memoryStore();
  for (const [data, message] of cases) {
    const options = { data } as never;
    assertThrows(() => agent.createSession(options), ConfigError, message);
    await assertRejects(
      () => agent.openSession("s", { store, data } as never),
      ConfigError,
      message,
    );
  }
  assertEquals((await store.list()).sessions, []);
  const plain = new Agent({
    name: "plain",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "A" } },
  });
  assertThrows(
    () => plain.createSession({ data: { cart: [] } as never }),
    ConfigError,
    'agent "plain" has no option "data"',
  );
});

Deno.test("data without defaults must be given, except to a session that has data", async () => {
  const needy = new Agent({
    name: "needy",
    llm: new MockLLM([done]),
    data: v.object({ user: v.string() }),
    start: "a",
    steps: { a: { description: "A" } },
  });
  assertThrows(() => needy.createSession(), ConfigError, "data.user does not satisfy");
  const { state } = await needy.next("Hi", undefined, { data: { user: "ann" } });
  assertEquals(needy.createSession({ state }).data, { user: "ann" });
  const store = memoryStore();
  await (await needy.openSession("s", { store, data: { user: "bob" } })).next("Hi").catch(() => {});
  assertEquals((await needy.openSession("s", { store })).data, { user: "bob" });
});

Deno.test("data, given for a session that has data already, are ignored", async () => {
  const store = memoryStore();
  const open = (note: string) => shopOf([done]).openSession("s", { store, data: { note } });
  // Nothing is recorded before the first turn.
  assertEquals((await open("first")).data.note, "first");
  const session = await open("second");
  await session.next("Hi");
  assertEquals((await open("third")).data.note, "second");
  const { state } = session;
  assertEquals(shopOf([]).createSession({ state, data: { note: "fourth" } }).data.note, "second");
});

Deno.test("data, are frozen wherever they are read", async () => {
  const seen: unknown[] = [];
  const agent = shopOf([decide.call("add", { item: "x" }), done], (_, { data, setData }) => {
    seen.push(data);
    setData((data) => {
      seen.push(data);
      return { cart: ["tea"] };
    });
  });
  const session = agent.createSession();
  const turn = await session.next("Go");
  for (const data of [...seen, turn.data, session.data, session.dataAt(0)] as Cart[]) {
    assert(Object.isFrozen(data) && Object.isFrozen(data.cart));
  }
  assertEquals(turn.data.cart, ["tea"]);
});

Deno.test("data, what a tool keeps of its patch does not change the data later", async () => {
  const kept: string[] = ["tea"];
  const agent = shopOf([decide.call("add", { item: "x" }), done], (_, { setData }) => {
    setData({ cart: kept });
  });
  const session = agent.createSession();
  await session.next("Go");
  kept.push("milk");
  assertEquals(session.data.cart, ["tea"]);
});

Deno.test("data, are read by guards and needsApproval as they are then", async () => {
  const asked: unknown[] = [];
  const tool = new Tool({
    name: "add",
    description: "Add",
    args: v.object({ item: v.string() }),
    data: Cart,
    guard: ({ data }) => data.cart.length < 2,
    needsApproval: (_, { data }) => {
      asked.push(data.cart);
      return data.cart.length > 0;
    },
    run: add,
  });
  const llm = new MockLLM([
    decide.call("add", { item: "tea" }),
    decide.call("add", { item: "milk" }),
    done,
  ]);
  const agent = new Agent({
    name: "shop",
    llm,
    data: Cart,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
  });
  const session = agent.createSession();
  const turn = await session.next("Go");
  assertEquals([turn.status, asked], ["needs_approval", [[], ["tea"]]]);
  const last = await session.approve(turn.approvals[0]!.callKey);
  assertEquals(last.data.cart, ["tea", "milk"]);
  assertEquals(llm.requests.map(({ legal }) => legal?.tools), [["add"], ["add"], []]);
});

Deno.test("data, a child session has its own", async () => {
  const child = shopOf([decide.call("add", { item: "of the child" }), done]);
  const keep = new Tool({
    name: "keep",
    description: "Keep",
    args: v.object({}),
    data: v.object({ kept: v.number() }),
    run: (_, { setData }) => setData(({ kept }) => ({ kept: kept + 1 })),
  });
  const parent = new Agent({
    name: "parent",
    llm: new MockLLM([
      decide.calls([{ tool: "keep", args: {} }, { tool: "shop", args: { input: "Go" } }]),
      done,
    ]),
    data: v.object({ kept: v.optional(v.number(), 0) }),
    start: "a",
    steps: {
      a: { description: "A", tools: [keep, child.asTool({ name: "shop", description: "Shop" })] },
    },
  });
  const session = parent.createSession({ keepChildren: true });
  const turn = await session.next("Go");
  assertEquals(turn.data, { kept: 1 });
  const [state] = Object.values(session.state.children!);
  assertEquals(child.createSession({ state: state! }).data, { cart: ["of the child"] });
});

Deno.test("data without defaults are refused when an agent becomes a tool, not by its first call", () => {
  const agent = new Agent({
    name: "desk",
    llm: new MockLLM(),
    data: v.object({ customer: v.string() }),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  const create = () => agent.asTool({ name: "ask_desk", description: "Ask the desk" });
  const { message } = assertThrows(create, ConfigError, 'Cannot create tool "ask_desk"');
  assertStringIncludes(message, "data.customer does not satisfy the data schema");
});

Deno.test("data, schemas of every library type and validate them", async () => {
  const schemas = [
    v.object({ n: v.optional(v.number(), 1) }),
    z.object({ n: z.number().default(1) }),
    type({ n: "number = 1" }),
  ];
  for (const data of schemas) {
    const count = new Tool({
      name: "count",
      description: "Count",
      args: v.object({}),
      data,
      run: (_, { setData }) => setData(({ n }) => ({ n: n + 1 })),
    });
    const agent = new Agent({
      name: "counter",
      llm: new MockLLM([decide.call("count"), decide.call("count"), done]),
      data,
      start: "a",
      steps: { a: { description: "A", tools: [count] } },
    });
    assertEquals((await agent.next("Go")).data, { n: 3 });
  }
});

Deno.test("data, keys with special names are data like others", async () => {
  const data = z.record(z.string(), z.number());
  const set = new Tool({
    name: "set",
    description: "Set",
    args: v.object({ json: v.string() }),
    data,
    run: ({ json }, { setData }) => setData(JSON.parse(json)),
  });
  const agent = new Agent({
    name: "records",
    llm: new MockLLM([
      decide.call("set", { json: '{"constructor":1,"toString":2,"a.b":3}' }),
      decide.call("set", { json: '{"a.b":4}' }),
      done,
    ]),
    data,
    start: "a",
    steps: { a: { description: "A", tools: [set] } },
  });
  const session = agent.createSession();
  await session.next("Go");
  assertEquals(session.data, { constructor: 1, toString: 2, "a.b": 4 } as never);
  const state = JSON.parse(JSON.stringify(session.state));
  assertEquals(agent.createSession({ state }).data, session.data);
});

Deno.test("Tool.call, has the defaults of its data, and passes patches to setData", async () => {
  const tool = new Tool({
    name: "add",
    description: "Add",
    args: v.object({ item: v.string() }),
    data: Cart,
    run: ({ item }, { data, setData }) => {
      setData({ cart: [...data.cart, item] });
      return data.cart.length;
    },
  });
  assertEquals(await tool.call({ item: "tea" }), 0);
  const patches: unknown[] = [];
  const given = { data: { cart: ["old"] }, setData: (patch: unknown) => patches.push(patch) };
  assertEquals(await tool.call({ item: "tea" }, given), 1);
  assertEquals(patches, [{ cart: ["old", "tea"] }]);
});
