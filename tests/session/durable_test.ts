import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  ConfigError,
  decide,
  MockLLM,
  type ScriptEntry,
  SessionBusyError,
  type SessionEvent,
  StateError,
  Tool,
} from "@nomos/agent";
import { LeaseLostError, memoryStore, StoreError } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import * as v from "valibot";
import { interceptAppends } from "../fixtures/appending_store.ts";
import { dyingAtWrite } from "../fixtures/dying_store.ts";
import { impatientClock } from "../fixtures/immediate_clock.ts";
import { agentOf, type Effects, eventsOf, open, SCRIPT } from "./durable_session.ts";

/** Waits for one macrotask, so that timers can fire. */
const macrotask = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("openSession() creates a session, writes every event, and finds it again", async () => {
  const store = memoryStore();
  const session = await open(agentOf(SCRIPT), store);
  assertEquals([session.id, session.step, session.status], ["s", "talk", "waiting"]);
  const turn = await session.next("Hi");
  assertEquals(turn.response, "Done");
  const events = await eventsOf(store);
  assertEquals(events, turn.events as SessionEvent[]);
  const again = await open(agentOf([decide.respond("More")]), store);
  assertEquals([again.step, again.status], ["end", "waiting"]);
  assertEquals(await Array.fromAsync(again.events()), events);
  assertEquals(await Array.fromAsync(again.events({ from: 7 })), events.slice(7));
  assertEquals((await again.next("And?")).response, "More");
  assertEquals((await eventsOf(store)).length, events.length + 2);
  await session.load();
  assertEquals(again.state.events.slice(0, events.length), events);
});

Deno.test("a turn whose process dies at any write is finished by another, without repeating recorded calls", async () => {
  for (const isAfter of [false, true]) {
    for (let at = 1; at <= 6; at++) {
      const clock = new ManualClock();
      const store = memoryStore({ clock: () => clock.now() });
      const effects: Effects = [];
      const what = `died ${isAfter ? "after" : "before"} write ${at}`;
      const dead = await open(
        agentOf(SCRIPT, effects),
        dyingAtWrite(store, at, isAfter, ["claim", "append"]),
        { clock },
      );
      await assertRejects(() => dead.next("Hi"), StoreError, "the process died", what);
      const events = await eventsOf(store);
      const before = events.filter(({ type }) => type === "tool_finished");
      const ran = effects.length;
      const made = events.filter(({ type }) => type === "decision").length;
      const agent = agentOf(SCRIPT.slice(made), effects);
      await clock.advance(15_000); // The lease of the dead process runs out.
      const session = await open(agent, store, { clock });
      if (events.length === 0) {
        assertEquals((await session.next("Hi")).response, "Done", what);
      } else if (session.status === "interrupted") {
        assertEquals((await session.resume()).response, "Done", what);
      }
      const all = await eventsOf(store);
      assertEquals(all.map(({ seq }) => seq), all.map((_, at) => at), what);
      assertEquals(all.filter(({ type }) => type === "tool_finished").length, 2, what);
      assertEquals(all.at(-1)!.type, "decision", what);
      // Only calls that were running when the process died run again, under their keys.
      const repeated = effects.slice(ran);
      assert(repeated.length <= 2 - before.length, what);
      assertEquals([...new Set(effects)].sort(), ["s~owner-0/1/0", "s~owner-0/1/1"], what);
    }
  }
});

Deno.test("two sessions opened under one id see each other's turns", async () => {
  const store = memoryStore();
  const [a, b] = [
    await open(agentOf([decide.respond("1"), decide.respond("3")]), store),
    await open(agentOf([decide.respond("2")]), store),
  ];
  await a.next("one");
  assertEquals((await b.next("two")).response, "2");
  const turn = await a.next("three");
  assertEquals(turn.events.map(({ seq }) => seq), [4, 5]);
  assertEquals(turn.state.events.length, 6);
  const texts = (await eventsOf(store)).flatMap((event) =>
    event.type === "user" ? [event.text] : []
  );
  assertEquals(texts, ["one", "two", "three"]);
});

Deno.test("a session with another writer is refused, waited for, or taken over", async () => {
  const store = memoryStore();
  const gate = Promise.withResolvers<void>();
  const slow = agentOf([async () => {
    await gate.promise;
    return decide.respond("slow");
  }]);
  const holder = await open(slow, store);
  const held = holder.next("Hi");
  held.catch(() => {});
  while ((await eventsOf(store)).length === 0) await macrotask();

  // Another process has another store object.
  const elsewhere = new Proxy(store, {});
  const refused = await open(agentOf([decide.respond("x")]), elsewhere);
  await assertRejects(() => refused.next("Me"), SessionBusyError, "another writer holds its lease");

  const timers: (() => void)[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    setTimer: (_: number, callback: () => void) => {
      timers.push(callback);
      return () => {};
    },
  };
  const waiting = await open(agentOf([decide.respond("waited")]), elsewhere, {
    whenBusy: "wait",
    maxWait: 1_000,
    clock,
  });
  const tooLong = waiting.next("Me");
  tooLong.catch(() => {});
  while (timers.length === 0) await macrotask();
  now = 1_000;
  timers.shift()!();
  await assertRejects(() => tooLong, SessionBusyError, "kept it for 1000 ms");
  const controller = new AbortController();
  const given = waiting.next("Me", { signal: controller.signal });
  while (timers.length === 0) await macrotask();
  controller.abort(new Error("no longer"));
  const { status, input, events } = await given;
  assertEquals([status, input, events], ["interrupted", "Me", []]);

  const taking = await open(agentOf([decide.respond("mine")]), elsewhere, {
    whenBusy: "interrupt",
  });
  assertEquals((await taking.next("Me")).response, "mine");
  gate.resolve();
  await assertRejects(() => held, LeaseLostError, "its lease was lost");
  assertEquals((await eventsOf(store)).map(({ type }) => type), [
    "user",
    "user",
    "decision",
  ]);
  // The session that lost the lease reads the events of the other, and continues.
  assertEquals(holder.status, "interrupted");
});

Deno.test("a lease is renewed while a tool runs, and released after the turn", async () => {
  const store = memoryStore();
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    setTimer: (milliseconds: number, callback: () => void) => {
      if (milliseconds !== 3_000) return () => {}; // Another timer than that of the renewal.
      timers.push(callback);
      return () => void timers.splice(0);
    },
  };
  let renewed = 0;
  const counting = new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        if (name === "renew") renewed++;
        return method.apply(target, args);
      };
    },
  });
  const gate = Promise.withResolvers<void>();
  const session = await open(
    agentOf([async () => {
      await gate.promise;
      return decide.respond("ok");
    }]),
    counting,
    { leaseTime: 9_000, clock },
  );
  const turn = session.next("Hi");
  while (timers.length === 0) await macrotask();
  for (let beat = 1; beat <= 3; beat++) {
    timers.shift()!();
    while (timers.length === 0) await macrotask();
    assertEquals(renewed, beat);
  }
  gate.resolve();
  await turn;
  assertEquals(timers, []);
  const claim = await store.claim("s", { owner: "next", ttl: 1 });
  assert(claim !== undefined);
});

Deno.test("a write whose answer was lost is looked up, not repeated", async () => {
  for (const [wasDone, at] of [[true, 0], [true, 1], [false, 0], [false, 1]]) {
    const store = memoryStore();
    let failures = 0;
    const lossy = interceptAppends(store, async (_, write) => {
      if (failures++ !== at) return await write();
      if (wasDone) await write();
      throw new StoreError("the answer was lost", { isUnknown: true });
    });
    const options = { clock: impatientClock };
    const session = await open(agentOf([decide.respond("ok")]), lossy, options);
    assertEquals((await session.next("Hi")).response, "ok");
    assertEquals((await eventsOf(store)).map(({ type }) => type), ["user", "decision"]);
    // The claim is sent again in any case, because it can be repeated.
    assertEquals(failures, wasDone && at === 1 ? 2 : 3);
  }
});

Deno.test("a stored session waits for approval, which another process can pass", async () => {
  const store = memoryStore();
  const effects: Effects = [];
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    needsApproval: true,
    run: (_, { callKey }) => void effects.push(callKey),
  });
  const build = (script: readonly ScriptEntry[]) =>
    new Agent({
      name: "payer",
      llm: new MockLLM(script),
      start: "talk",
      steps: { talk: { description: "Talk", tools: [pay] } },
      ids: () => "i",
    });
  const first = await build([decide.call("pay")]).openSession("s", { store });
  assertEquals((await first.next("Pay")).status, "needs_approval");
  const second = await build([decide.respond("Paid")]).openSession("s", { store });
  assertEquals([second.status, second.approvals.length], ["needs_approval", 1]);
  const turn = await second.approve(second.approvals[0]!.callKey);
  assertEquals([turn.response, effects], ["Paid", ["s~i/1/0"]]);
  // The first process sees that the call has its verdict.
  await assertRejects(() => first.approve("s~i/1/0"), Error, "no call waits for a verdict");
  assertEquals(effects.length, 1);
});

Deno.test("a snapshot taken while a child agent waits for approval matches the log", async () => {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({ to: v.string() }),
    needsApproval: true,
    run: ({ to }) => `paid ${to}`,
  });
  let taken = 0;
  // At one of these lengths the snapshot is taken at the request for approval itself.
  for (let turns = 28; turns < 34; turns++) {
    const store = memoryStore();
    const build = () => {
      const clerk = new Agent({
        name: "clerk",
        llm: new MockLLM([decide.call("pay", { to: "ann" }), decide.respond("It is paid")]),
        start: "work",
        steps: { work: { description: "Work", tools: [pay] } },
      });
      const greetings = new Array(turns).fill(decide.respond("Hello"));
      return new Agent({
        name: "desk",
        llm: new MockLLM([...greetings, decide.call("clerk", { input: "Pay" }), ...greetings]),
        start: "talk",
        steps: {
          talk: {
            description: "Talk",
            tools: [clerk.asTool({ name: "clerk", description: "Send a clerk" })],
          },
        },
      });
    };
    const session = await build().openSession("s", { store });
    for (let turn = 0; turn < turns; turn++) await session.next("Hi");
    assertEquals((await session.next("Pay")).status, "needs_approval");
    const { head, snapshot } = (await store.read("s"))!;
    if (snapshot?.head === head) taken++;
    const again = await build().openSession("s", { store });
    await again.load();
    assertEquals([again.state, again.status], [session.state, "needs_approval"]);
  }
  assertEquals(taken, 1);
});

Deno.test("states of newer releases, and of steps that the graph lacks, are refused", async () => {
  const store = memoryStore();
  const session = await open(agentOf([decide.move("end"), decide.respond("ok")]), store);
  await session.next("Hi");
  const other = new Agent({
    name: "durable",
    llm: new MockLLM(),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  await assertRejects(() => other.openSession("s", { store }), StateError, 'unknown step "end"');
  await store.create("new", { meta: '{"version":99,"start":"talk"}', hash: "x" });
  await assertRejects(
    () => other.openSession("new", { store }),
    StateError,
    "a newer release wrote it, in version 99: expected version 4 or lower",
  );
});

Deno.test("openSession() refuses invalid options", async () => {
  const store = memoryStore();
  const bad: [string, unknown, string][] = [
    ["", { store }, "expected text that is not empty as its id"],
    ["s", {}, "store is undefined: expected a Store"],
    ["s", undefined, "options is undefined"],
    ["s", { store: {} }, "expected a Store"],
    ["s", { store, whenBusy: "retry" }, 'whenBusy is "retry": expected "refuse"'],
    ["s", { store, leaseTime: 0 }, "leaseTime is 0: expected a whole number from 1"],
    ["s", { store, leaseTime: 2 ** 31 }, "expected a whole number from 1 to 2147483647"],
    ["s", { store, limits: { turn: { tokens: -1 } } }, "limits.turn.tokens is -1"],
  ];
  for (const [id, options, message] of bad) {
    await assertRejects(() => agentOf([]).openSession(id, options as never), ConfigError, message);
  }
});

Deno.test("reading a long log lets timers fire between its pages", async () => {
  const store = memoryStore();
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const agent = new Agent({ name: "a", llm, start: "s", steps: { s: { description: "Talk" } } });
  const writing = await agent.openSession("s", { store });
  for (let turn = 0; turn < 1_600; turn++) await writing.next("Hi");
  const reading = await agent.openSession("s", { store });
  let ticks = 0;
  let isOver = false;
  const count = () => {
    ticks++;
    if (!isOver) setTimeout(count);
  };
  const timer = setTimeout(count);
  await reading.load();
  isOver = true;
  clearTimeout(timer);
  assert(ticks >= 1, `${ticks} timers fired while 3,200 events were read`);
  await macrotask();
});

Deno.test("a stored session and its forks name their agent, for recovery", async () => {
  const store = memoryStore();
  const session = await open(agentOf(SCRIPT), store);
  await session.next("Hi");
  await session.fork({ id: "fork" });
  for (const id of ["s", "fork"]) {
    assertEquals(JSON.parse((await store.read(id))!.meta).agent, "durable", id);
  }
});
