/** Data are a fold of the log: they survive restarts, forks, crashes and changes of the schema. */
import {
  Agent,
  ConfigError,
  decide,
  type Decision,
  type MigrateData,
  MockLLM,
  type ScriptEntry,
  SessionWaitingError,
  StateError,
  Tool,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { createBarista } from "../../examples/barista.ts";
import { liveSessionOf } from "../../src/session/session.ts";
import { dyingAtWrite } from "../fixtures/dying_store.ts";

const drink = (drink: string) => ({ tool: "add_to_cart", args: { drink } });
const order: readonly ScriptEntry[] = [
  decide.move("order"),
  decide.calls([drink("latte"), drink("mocha")]),
  decide.respond("Anything else?"),
];

/** The process died after it had stored the answer. */
function ignoreAnswered(error: unknown): void {
  if (!(error instanceof SessionWaitingError)) throw error;
}

Deno.test("a durable barista that is killed anywhere and resumed keeps its cart", async () => {
  for (const isAfter of [false, true]) {
    for (let at = 1; at <= 8; at++) {
      const store = memoryStore();
      const dying = dyingAtWrite(store, at, isAfter, ["create", "claim", "append"]);
      const first = createBarista(new MockLLM(order));
      const outcome = await first.openSession("ann", { store: dying })
        .then((session) => session.next("A latte and a mocha"))
        .catch(() => undefined);
      const llm = new MockLLM([
        ({ legal, messages }) => {
          if (!legal!.tools.includes("add_to_cart")) return decide.move("order");
          const isAdded = messages.some(({ content }) => content.includes("latte added"));
          return isAdded ? decide.respond("Anything else?") : order[1] as Decision;
        },
      ], { whenDone: "repeat" });
      const session = await createBarista(llm).openSession("ann", { store, whenBusy: "interrupt" });
      if (outcome === undefined) {
        await (session.state.events.length === 0
          ? session.next("A latte and a mocha")
          : session.resume().catch(ignoreAnswered));
      }
      const { drinks, cents } = session.data;
      assertEquals([[...drinks].sort(), cents], [["latte", "mocha"], 750], `${isAfter} ${at}`);
      const again = createBarista(new MockLLM([decide.respond("?")]));
      const last = await again.openSession("ann", { store, whenBusy: "interrupt" });
      assertEquals(last.data, session.data);
      const { legal, messages } = await again.explain(last);
      assertEquals(legal.routes, ["greet", "checkout"]);
      assertEquals(messages.at(-1)?.role, "system");
    }
  }
});

const Count = v.object({ n: v.optional(v.number(), 0) });
const next = new Tool({
  name: "next",
  description: "Count on",
  args: v.object({}),
  data: Count,
  run: (_, { setData }) => setData(({ n }) => ({ n: n + 1 })),
});

function counterOf(script: readonly ScriptEntry[]) {
  return new Agent({
    name: "counter",
    llm: new MockLLM(script),
    data: Count,
    start: "count",
    steps: { count: { description: "Count", tools: [next] } },
  });
}

const counting = new Array(50).fill([decide.call("next"), decide.respond("Counted")]).flat();

Deno.test("data, forks at each commit have the data of that place, and go their own way", async () => {
  for (const store of [undefined, memoryStore()]) {
    const agent = counterOf(counting);
    const session = store === undefined
      ? agent.createSession()
      : await agent.openSession("s", { store });
    for (let turn = 0; turn < 3; turn++) await session.next("Go on");
    const { events } = session.state;
    let n = 0;
    for (const [at, { joined, type }] of events.entries()) {
      if (!joined) {
        const fork = await session.fork({ at });
        assertEquals(fork.data, { n }, `at ${at}`);
        if (at > 0) assertEquals(session.dataAt(at - 1), { n });
      }
      if (type === "tool_finished") n++;
    }
    const fork = await session.fork();
    await fork.next("Go on");
    assertEquals([fork.data, session.data], [{ n: 4 }, { n: 3 }]);
    assertEquals(session.dataAt(events.length - 1), { n: 3 });
  }
});

Deno.test("data, a fork at the start begins with the data of the original", async () => {
  const session = counterOf(counting).createSession({ data: { n: 5 } });
  await session.next("Go on");
  const fork = await session.fork({ at: 0 });
  assertEquals(fork.data, { n: 5 });
  await fork.next("Go on");
  assertEquals([fork.data, fork.dataAt(0)], [{ n: 6 }, { n: 5 }]);
});

Deno.test("dataAt, refuses other numbers than those of events, and a log that is not loaded", async () => {
  const session = counterOf(counting).createSession();
  assertThrows(() => session.dataAt(0), ConfigError, "one of its 0 events");
  await session.next("Go on");
  for (const seq of [-1, 6, 0.5, NaN, "1", undefined]) {
    assertThrows(
      () => session.dataAt(seq as never),
      ConfigError,
      "Cannot read the data of session",
    );
  }
});

Deno.test("data, a session with a snapshot has them without its older events", async () => {
  const store = memoryStore();
  const agent = counterOf(counting);
  const session = await agent.openSession("s", { store });
  for (let turn = 0; turn < 40; turn++) await session.next("Go on");
  const again = await counterOf(counting).openSession("s", { store });
  assertEquals(liveSessionOf(again).log.isWhole, false);
  assertEquals(again.data, { n: 40 });
  assertThrows(() => again.dataAt(3), ConfigError, "its log is not loaded");
  await again.load();
  assertEquals(again.dataAt(4), { n: 1 });
  assertEquals((await again.next("Go on")).data, { n: 41 });
});

Deno.test("data, the turn of a repeated input has the data of its end", async () => {
  const store = memoryStore();
  const session = await counterOf(counting).openSession("s", { store });
  await session.next("One", { inputId: "one" });
  await session.next("Two");
  assertEquals((await session.next("One", { inputId: "one" })).data, { n: 1 });
});

Deno.test("data, a session that was stored before its agent had data begins with the defaults", async () => {
  const store = memoryStore();
  const steps = { count: { description: "Count" } };
  const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
  const before = new Agent({ name: "counter", llm, start: "count", steps });
  await (await before.openSession("s", { store })).next("Hi");
  const session = await counterOf(counting).openSession("s", { store, data: { n: 7 } });
  assertEquals([session.data, session.dataAt(0)], [{ n: 7 }, { n: 7 }]);
  const turn = await session.next("Go on");
  assertEquals([turn.data, turn.events[0]?.type], [{ n: 8 }, "data_set"]);
  // Without the schema, the data are kept, but not read.
  const after = await before.openSession("s", { store });
  await after.next("Hi");
  assertEquals(after.data, {});
  assertEquals((await counterOf(counting).openSession("s", { store })).data, { n: 8 });
});

/** State of a session of an older release. */
async function stateOf(data: Record<string, unknown>) {
  const agent = new Agent({
    name: "shop",
    llm: new MockLLM([decide.respond("Hi")]),
    data: v.record(v.string(), v.unknown()),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  return (await agent.next("Hi", undefined, { data })).state;
}

const Shop = v.object({
  items: v.optional(v.array(v.object({ name: v.string() })), []),
  total: v.optional(v.number(), 0),
});

type Migrate = MigrateData<v.InferOutput<typeof Shop>>;

function shopOf(migrateData?: Migrate) {
  const clear = new Tool({
    name: "clear",
    description: "Clear",
    args: v.object({}),
    data: Shop,
    run: (_, { setData }) => setData({ total: 1 }),
  });
  return new Agent({
    name: "shop",
    llm: new MockLLM([decide.call("clear"), decide.respond("Done")]),
    data: Shop,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [clear] } },
    ...(migrateData && { migrateData }),
  });
}

Deno.test("data, a key that the schema gained has its default in old sessions", async () => {
  const state = await stateOf({ items: [{ name: "tea" }] });
  assertEquals(shopOf().createSession({ state }).data, { items: [{ name: "tea" }], total: 0 });
});

Deno.test("data, that no longer fit are refused with the path", async () => {
  const state = await stateOf({ items: ["tea"] });
  const error = assertThrows(() => shopOf().createSession({ state }), StateError);
  assertEquals(error.path, "data.items.0");
  assertStringIncludes(error.message, 'set the option "migrateData" of the agent');
});

Deno.test("migrateData, converts data that no longer fit, and data of which a key is dropped", async () => {
  const migrate = (data: Readonly<Record<string, unknown>>) => {
    assertEquals(Object.isFrozen(data), true);
    const names = (data.cart ?? data.items) as string[];
    return { items: names.map((name) => ({ name })) };
  };
  for (const data of [{ items: ["tea"] }, { cart: ["tea"] }]) {
    const state = await stateOf(data);
    const session = shopOf(migrate).createSession({ state });
    const converted = { items: [{ name: "tea" }], total: 0 };
    assertEquals(session.data, converted);
    const { data: changed, events } = await session.next("Clear");
    assertEquals(changed, { ...converted, total: 1 });
    // The first change stores the new form, which is not converted again.
    const finished = events.find((event) => event.type === "tool_finished");
    assertEquals(finished?.type === "tool_finished" && finished.data, {
      set: { items: [{ name: "tea" }], total: 1 },
      ...("cart" in data && { removed: ["cart"] }),
    });
    const refuse = () => {
      throw new Error("called again");
    };
    assertEquals(shopOf(refuse).createSession({ state: session.state }).data, changed);
    assertEquals(session.dataAt(0), converted);
  }
  const state = await stateOf({ cart: ["tea"] });
  assertEquals(shopOf().createSession({ state }).data, { items: [], total: 0 });
});

Deno.test("migrateData, that fails is a StateError", async () => {
  const state = await stateOf({ cart: ["tea"] });
  const cases: [migrate: () => unknown, message: string][] = [
    [() => {
      throw new Error("broken");
    }, "migrateData threw: broken"],
    [() => Promise.reject(new Error("late")), "migrateData returned a promise"],
    [() => 5, "migrateData returned 5"],
    [() => ({ items: [5] }), "expected migrateData to return data that it accepts"],
  ];
  for (const [migrate, message] of cases) {
    assertThrows(() => shopOf(migrate as Migrate).createSession({ state }), StateError, message);
  }
  const store = memoryStore();
  const old = new Agent({
    name: "shop",
    llm: new MockLLM([decide.respond("Hi")]),
    data: v.record(v.string(), v.unknown()),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  await (await old.openSession("s", { store, data: { items: 5 } })).next("Hi");
  await assertRejects(() => shopOf().openSession("s", { store }), StateError, '"data.items"');
});
