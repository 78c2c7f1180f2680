/** Changes of the data by tools. */
import {
  Agent,
  ConfigError,
  decide,
  MockLLM,
  RedirectError,
  Tool,
  type ToolContext,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { add, Cart, done, item, type Run, shopOf } from "../session/cart_shop.ts";

Deno.test("setData, calls of one decision that change the same key both count", async () => {
  const slow: Run = async ({ item }, given) => {
    // The first call ends last.
    for (let n = item === "tea" ? 9 : 0; n > 0; n--) await Promise.resolve();
    return add({ item }, given);
  };
  for (const run of [add, slow]) {
    const agent = shopOf([decide.calls(["tea", "milk", "salt"].map(item)), done], run);
    const { data, events } = await agent.createSession().next("Go");
    assertEquals([...data.cart].sort(), ["milk", "salt", "tea"]);
    const finished = events.filter(({ type }) => type === "tool_finished");
    assertEquals(finished.length, 3);
    for (const event of finished) assert(event.type === "tool_finished" && event.data?.set);
  }
});

Deno.test("setData, patches of one call apply in their order, and undefined removes a key", async () => {
  const agent = shopOf(
    [decide.call("add", { item: "tea" }), done],
    ({ item }, { setData, data }) => {
      assertEquals(data, { cart: ["old"], note: "x" });
      setData({ note: "y" });
      setData(({ note }) => ({ cart: [`${item} ${note}`], note: undefined }));
      return "ok";
    },
  );
  const turn = await agent.createSession({ data: { cart: ["old"], note: "x" } }).next("Go");
  assertEquals(turn.data, { cart: ["tea y"] });
  const finished = turn.events.find((event) => event.type === "tool_finished");
  assertEquals(finished?.type === "tool_finished" && finished.data, {
    set: { cart: ["tea y"] },
    removed: ["note"],
  });
});

Deno.test("setData, a removed key gets the default of the schema", async () => {
  const agent = shopOf([decide.call("add", { item: "" }), done], (_, { setData }) => {
    setData({ cart: undefined });
  });
  assertEquals((await agent.createSession({ data: { cart: ["tea"] } }).next("Go")).data, {
    cart: [],
  });
});

Deno.test("setData, a patch that changes nothing leaves no trace in the log", async () => {
  const agent = shopOf([decide.call("add", { item: "" }), done], (_, { setData }) => setData({}));
  const { events } = await agent.createSession().next("Go");
  const finished = events.find(({ type }) => type === "tool_finished");
  assertEquals("data" in finished!, false);
});

Deno.test("setData, the change is committed in one append with the result", async () => {
  const appends: string[][] = [];
  const inner = memoryStore();
  const store = new Proxy(inner, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (name !== "append") return typeof value === "function" ? value.bind(target) : value;
      return (...args: Parameters<typeof inner.append>) => {
        appends.push(args[1].entries.map(({ body }) => body));
        return target.append(...args);
      };
    },
  });
  const agent = shopOf([decide.call("add", { item: "tea" }), done]);
  await (await agent.openSession("s", { store })).next("Go");
  const changed = appends.filter((bodies) => bodies.some((body) => body.includes('"data":{"set"')));
  assertEquals(changed.length, 1);
  assertStringIncludes(changed[0]![0]!, '"type":"tool_finished"');
});

Deno.test("setData, a call that fails, times out or is redirected changes nothing", async () => {
  const ends: [outcome: string, end: () => unknown][] = [
    ["error", () => Promise.reject(new Error("No"))],
    ["error", () => new Response("No", { status: 500 })],
    ["redirected", () => Promise.reject(new RedirectError("No", "Do something else"))],
    ["error", () => new Promise(() => {})], // longer than its timeout
  ];
  for (const [outcome, end] of ends) {
    const run: Run = (_, { setData }) => {
      setData({ note: "failed" });
      return end();
    };
    const tool = new Tool({
      name: "add",
      description: "Add",
      args: v.object({ item: v.string() }),
      data: Cart,
      timeout: 5,
      run,
    });
    const steps = { talk: { description: "Talk", tools: [tool] }, pay: { description: "Pay" } };
    const turn = await shopOf([decide.call("add", { item: "x" }), done], run, { steps }).next("Go");
    assertEquals([turn.toolResults[0]?.outcome, turn.data], [outcome, { cart: [] }]);
  }
});

Deno.test("setData, a call that is denied changes nothing, and one that is approved does", async () => {
  const tool = new Tool({
    name: "add",
    description: "Add",
    args: v.object({ item: v.string() }),
    data: Cart,
    needsApproval: true,
    run: add,
  });
  const steps = { talk: { description: "Talk", tools: [tool] }, pay: { description: "Pay" } };
  const calls = decide.calls([item("tea"), item("milk")]);
  const session = shopOf([calls, done], add, { steps }).createSession();
  const [tea, milk] = (await session.next("Go")).approvals;
  await session.deny(tea!.callKey, "No");
  assertEquals((await session.approve(milk!.callKey)).data, { cart: ["milk"] });
});

Deno.test("setData, whenUnknown of a once tool may change the data, and its earlier run does not", async () => {
  const tool = new Tool({
    name: "add",
    description: "Add",
    args: v.object({ item: v.string() }),
    data: Cart,
    once: true,
    timeout: 5,
    run: (_, { setData }) => {
      setData({ note: "of the run" });
      return new Promise(() => {});
    },
    whenUnknown: ({ item }, given) => add({ item }, given),
  });
  const steps = { talk: { description: "Talk", tools: [tool] }, pay: { description: "Pay" } };
  const agent = shopOf([decide.call("add", { item: "tea" }), done], add, { steps });
  const turn = await agent.next("Go");
  assertEquals([turn.toolResults[0]?.outcome, turn.data], ["ok", { cart: ["tea"] }]);
});

Deno.test("setData, a patch that the schema refuses leaves the outcome ok, and tells the author", async () => {
  const cases: [patch: unknown, message: string][] = [
    [{ cart: "tea" }, "data.cart does not satisfy"],
    [{ cart: [undefined] }, "data.cart.0 does not satisfy"],
    [
      { crat: [] },
      'data.crat is not in the data schema of agent "shop": add it there, or leave it out',
    ],
    [5, "the patch is 5: expected an object"],
    [null, "the patch is null"],
    [() => undefined, "the patch is undefined"],
    [() => Promise.reject(new Error("late")), "the patch is a promise"],
    [() => {
      throw new Error("broken");
    }, "broken"],
  ];
  for (const [patch, message] of cases) {
    const warnings: string[] = [];
    const observed: unknown[] = [];
    const agent = shopOf([decide.call("add", { item: "x" }), done], (_, { setData }) => {
      setData({ note: "part of the same call" });
      setData(patch as never);
      return "done";
    }, {
      onWarning: (warning) => warnings.push(warning),
      observers: [{ beginTurn: () => ({ onToolError: ({ error }) => observed.push(error) }) }],
    });
    const turn = await agent.createSession().next("Go");
    const [result] = turn.toolResults;
    assertEquals([result?.outcome, result?.text], ["ok", "done"]);
    assertEquals(turn.data, { cart: [] });
    assert(result?.cause instanceof ConfigError);
    assertStringIncludes(result.cause.message, message);
    assertStringIncludes(result.cause.message, 'of tool "add"');
    assertEquals(warnings, [result.cause.message]);
    assertEquals(observed, [result.cause]);
  }
});

Deno.test("setData, after the call has ended, throws a clear error and changes nothing", async () => {
  let late: ToolContext<Cart>["setData"] | undefined;
  const keep: Run = (_, { setData }) => {
    late = setData;
    return "done";
  };
  const session = shopOf([decide.call("add", { item: "x" }), done], keep).createSession();
  await session.next("Go");
  assertThrows(
    () => late!({ note: "late" }),
    ConfigError,
    'the call has ended: await in "run" everything that calls setData()',
  );
  assertEquals(session.data, { cart: [] });

  const giveUp = new AbortController();
  const hang: Run = (_, { setData }) => {
    late = setData;
    setData({ note: "early" });
    giveUp.abort();
    return new Promise(() => {});
  };
  const aborted = shopOf([decide.call("add", { item: "x" }), done], hang).createSession();
  const turn = await aborted.next("Go", { signal: giveUp.signal });
  assertEquals([turn.status, turn.toolResults[0]?.outcome], ["interrupted", "unknown"]);
  assertThrows(() => late!({ note: "late" }), ConfigError, "the call has ended");
  assertEquals(aborted.data, { cart: [] });
});

Deno.test("setData, in a session of an agent without data, throws and says what to set", async () => {
  const untyped = new Tool({
    name: "untyped",
    description: "Untyped",
    args: v.object({}),
    run: (_, { setData, data }) => {
      assertEquals(data, {});
      // @ts-expect-error the tool declares no data
      setData({});
    },
  });
  const agent = new Agent({
    name: "plain",
    llm: new MockLLM([decide.call("untyped"), done]),
    start: "a",
    steps: { a: { description: "A", tools: [untyped] } },
  });
  const turn = await agent.next("Go");
  assertEquals(turn.toolResults[0]?.outcome, "error");
  assertStringIncludes(turn.toolResults[0]!.text, 'set the option "data" of the agent to a schema');
  assertEquals(turn.data, {});
  assertEquals(turn.events[0]?.type, "user");
});
