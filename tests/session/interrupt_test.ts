/** Stopping a running turn, and asking what another process does with a session. */
import { Agent, decide, type LLM, MockLLM, type Session, Tool } from "@nomos/agent";
import { memoryStore, openStore, type Store, StoreError } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { unhandledDuring } from "../turn/unhandled_rejections.ts";

/** An agent whose model never answers its first request, and says when it was asked. */
function hanging() {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const second = new MockLLM([decide.respond("Hello")]);
  let requests = 0;
  const llm: LLM = {
    name: "hanging",
    decide: (request) => {
      if (requests++ > 0) return second.decide(request);
      asked.resolve(request.signal);
      return new Promise(() => {});
    },
  };
  const steps = { talk: { description: "Talk" } };
  const agent = new Agent({ name: "talker", llm, start: "talk", steps });
  return { agent, asked: asked.promise };
}

/** The same storage as another process sees it. */
function elsewhere(store: Store, hidden: readonly PropertyKey[] = []): Store {
  return new Proxy(store, {
    get: (target, name) => hidden.includes(name) ? undefined : Reflect.get(target, name),
  });
}

Deno.test("interrupt() stops the turn of a session in memory, and returns false if none runs", async () => {
  const { agent, asked } = hanging();
  const session = agent.createSession();
  assertEquals(await session.interrupt(), false);
  const turn = session.next("Hi");
  const signal = await asked;
  const reason = new Error("The user pressed Stop");
  assertEquals(await session.interrupt({ reason }), true);
  assertEquals([session.status, (await turn).status], ["interrupted", "interrupted"]);
  assertEquals(signal?.reason, reason);
  assertEquals(await session.interrupt(), false);
  assertEquals((await session.resume()).response, "Hello");
});

Deno.test("interrupt() of a stored session, by any of its objects, returns once the lease is back", async () => {
  for (const isSame of [true, false]) {
    const { agent, asked } = hanging();
    const store = memoryStore();
    const session = await agent.openSession("s", { store });
    const other = isSame ? session : await agent.openSession("s", { store });
    const turn = session.next("Hi");
    await asked;
    assertEquals(await other.interrupt(), true);
    assertEquals((await store.read("s"))!.lease, undefined);
    assertEquals((await turn).status, "interrupted");
    assertEquals(await other.interrupt(), false);
    assertEquals((await other.resume()).response, "Hello");
  }
});

Deno.test("interrupt() stops child sessions too, and resume() continues both", async () => {
  const { agent: child, asked } = hanging();
  const parent = new Agent({
    name: "host",
    llm: new MockLLM([decide.call("ask", { input: "Hi" }), decide.respond("It said Hello")]),
    start: "host",
    steps: {
      host: { description: "Host", tools: [child.asTool({ name: "ask", description: "Ask" })] },
    },
  });
  const session = await parent.openSession("s", { store: memoryStore() });
  const turn = session.next("Go");
  const signal = await asked;
  assertEquals([await session.interrupt(), signal?.aborted], [true, true]);
  assertEquals((await turn).events.at(-1)!.type, "tool_suspended");
  assertEquals((await session.resume()).response, "It said Hello");
});

Deno.test("interrupt() in a tool ends the turn of the tool", async () => {
  const stop = new Tool({
    name: "stop",
    description: "Stop",
    args: v.object({}),
    run: (): Promise<boolean> => session.interrupt(),
  });
  const session: Session = new Agent({
    name: "stopper",
    llm: new MockLLM([decide.call("stop")]),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [stop] } },
  }).createSession();
  const { status, toolResults } = await session.next("Go");
  assertEquals([status, toolResults[0]!.outcome], ["interrupted", "unknown"]);
});

for (const kind of ["memory:", "sqlite::memory:"]) {
  Deno.test(`interrupt() stops a turn of another process within a second: ${kind}`, async () => {
    const store = await openStore(kind);
    const clock = new ManualClock(Date.now());
    const { agent, asked } = hanging();
    const session = await agent.openSession("s", { store, clock });
    const turn = session.next("Hi");
    const signal = await asked;
    const other = await agent.openSession("s", { store: elsewhere(store), clock });
    assertEquals(other.status, "running");
    let isOver = false;
    const interrupted = other.interrupt().finally(() => isOver = true);
    while (!signal!.aborted) await clock.advance(100);
    assertEquals((await turn).status, "interrupted");
    while (!isOver) await clock.advance(100);
    assertEquals(await interrupted, true);
    assertEquals((await store.read("s"))!.lease, undefined);
    assertEquals(await other.interrupt(), false);
    assertEquals((await other.resume()).response, "Hello");
    assertEquals(clock.pendingTimers, 0);
    await store.close();
  });
}

Deno.test("a turn can still be stopped by another process after its store failed to list the requests, in any way", async () => {
  const failures: readonly (() => unknown)[] = [
    () => Promise.reject(new TypeError("Cannot read properties of undefined")),
    () => {
      throw new Error("synchronous");
    },
    () => Promise.resolve(undefined),
    () => Promise.reject(new StoreError("The database is locked")),
  ];
  const clock = new ManualClock();
  const shared = memoryStore({ clock: () => clock.now() });
  let polls = 0;
  const listStops = () => {
    const fail = failures[polls++];
    return fail === undefined ? shared.listStops!() : fail();
  };
  const store = new Proxy(shared, {
    get: (target, name) => name === "listStops" ? listStops : Reflect.get(target, name),
  });
  const { agent, asked } = hanging();
  const unhandled = await unhandledDuring(async () => {
    const turn = (await agent.openSession("s", { store, clock })).next("Hi");
    const signal = await asked;
    await clock.advance(1_000 * failures.length);
    assertEquals([polls, signal!.aborted], [failures.length, false]);
    await shared.requestStop!("s", (await shared.read("s"))!.lease!.epoch);
    await clock.advance(1_000);
    assertEquals((await turn).status, "interrupted");
  });
  assertEquals([unhandled, clock.pendingTimers], [[], 0]);
});

Deno.test("interrupt() stops the turn that runs elsewhere, not one that waits here for its lease", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const { agent, asked } = hanging();
  const turn = (await agent.openSession("s", { store, clock })).next("Hi");
  await asked;
  const options = { store: elsewhere(store), clock, whenBusy: "wait" } as const;
  const other = await agent.openSession("s", options);
  const waiting = other.next("Me too");
  // Until it has found the lease taken, and waits.
  while (clock.pendingTimers < 3) await clock.advance(10);
  let isOver = false;
  const all = Promise.all([other.interrupt(), turn, waiting]).finally(() => isOver = true);
  while (!isOver) await clock.advance(100);
  const [wasStopped, stopped, { response }] = await all;
  assertEquals([wasStopped, stopped.status, response], [true, "interrupted", "Hello"]);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("interrupt() of a turn elsewhere names the way out if the store cannot request it", async () => {
  const store = memoryStore();
  const { agent, asked } = hanging();
  const session = await agent.openSession("s", { store });
  const turn = session.next("Hi");
  await asked;
  const plain = elsewhere(store, ["requestStop", "listStops"]);
  const other = await agent.openSession("s", { store: plain });
  await assertRejects(() => other.interrupt(), StoreError, 'whenBusy: "interrupt"');
  await session.interrupt();
  await turn;
});

Deno.test("status and refresh() tell a turn that runs elsewhere from one whose process died", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const { agent, asked } = hanging();
  const early = await agent.openSession("s", { store: elsewhere(store), clock });
  const session = await agent.openSession("s", { store, clock });
  const turn = session.next("Hi");
  await asked;
  assertEquals(early.status, "waiting");
  await early.refresh();
  assertEquals([early.status, session.status], ["running", "running"]);
  const { lease } = (await store.list()).sessions[0]!;
  assertEquals(lease, (await store.read("s"))!.lease);
  assert(lease!.owner !== "" && lease!.until === 15_000);
  await session.interrupt();
  await turn;
  await early.refresh();
  assertEquals(early.status, "interrupted");
  assertEquals((await Array.fromAsync(early.events()))[0]!.type, "user");
  // A process that dies keeps its lease until it runs out.
  await store.claim("s", { owner: "dead", ttl: 1_000 });
  await early.refresh();
  assertEquals(early.status, "running");
  await clock.advance(1_000);
  assertEquals((await agent.openSession("s", { store, clock })).status, "interrupted");
  await early.refresh();
  assertEquals(early.status, "interrupted");
  assertEquals((await early.resume()).response, "Hello");
  assertEquals(early.status, "waiting");
});

Deno.test("status and interrupt() follow the clock of the store, however wrong that of the machine is", async () => {
  for (const skew of [-60_000, 60_000]) {
    const clock = new ManualClock();
    const store = memoryStore({ clock: () => clock.now() });
    const { agent, asked } = hanging();
    const turn = (await agent.openSession("s", { store, clock })).next("Hi");
    await asked;
    const wrong = { now: () => clock.now() + skew, setTimer: clock.setTimer.bind(clock) };
    const other = await agent.openSession("s", { store: elsewhere(store), clock: wrong });
    assertEquals(other.status, "running");
    let isOver = false;
    const all = Promise.all([other.interrupt(), turn]).finally(() => isOver = true);
    while (!isOver) await clock.advance(100);
    const [wasStopped, { status }] = await all;
    assertEquals([wasStopped, status], [true, "interrupted"]);
    await store.claim("s", { owner: "dead", ttl: 1_000 });
    await clock.advance(1_000);
    await other.refresh();
    assertEquals([other.status, await other.interrupt()], ["interrupted", false]);
  }
});
