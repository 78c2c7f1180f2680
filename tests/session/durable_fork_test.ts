import {
  Agent,
  ConfigError,
  decide,
  MockLLM,
  type ScriptEntry,
  StateError,
  Tool,
} from "@nomos/agent";
import {
  type Append,
  ConflictError,
  memoryStore,
  SessionDamagedError,
  type Store,
  StoreError,
} from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { dyingAtWrite } from "../fixtures/dying_store.ts";
import { impatientClock } from "../fixtures/immediate_clock.ts";
import { bordersOf } from "./state_session.ts";

function agentOf(script: readonly ScriptEntry[]) {
  const ran: string[] = [];
  let ids = 0;
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: (_, { callKey }) => {
      ran.push(callKey);
      return "seen";
    },
  });
  const agent = new Agent({
    name: "durable",
    llm: new MockLLM(script),
    start: "talk",
    steps: {
      talk: { description: "Talk", tools: [look], routes: { end: "done" } },
      end: { description: "End" },
    },
    clock: () => 0,
    ids: () => `id-${ids++}`,
  });
  return { agent, ran };
}

const ok = decide.respond("ok");

/** A store whose calls pass through a function that may replace them. */
function through(
  store: Store,
  call: (method: keyof Store, run: () => Promise<unknown>, args: unknown[]) => Promise<unknown>,
): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) =>
        call(name as keyof Store, () => method.apply(target, args), args);
    },
  });
}

const entriesOf = (store: Store, id: string) => store.entries(id, { from: 0, limit: 10_000 });
const bodiesOf = async (store: Store, id: string) =>
  (await entriesOf(store, id)).map(({ body }) => body);

Deno.test("Session.fork, of a stored session, is stored beside it, with a hash chain of its own", async () => {
  const store = memoryStore();
  const { agent } = agentOf([decide.call("look"), decide.move("end"), ok, decide.respond("two")]);
  const session = await agent.openSession("s", { store });
  await session.next("Hi");
  const before = await entriesOf(store, "s");
  const fork = await session.fork({ id: "fork" });
  assertEquals([fork.id, fork.step, fork.status], ["fork", "end", "waiting"]);
  assertEquals(fork.state.events, session.state.events);
  assertEquals(await bodiesOf(store, "fork"), before.map(({ body }) => body));
  const hashes = (await entriesOf(store, "fork")).map(({ hash }) => hash);
  assert(hashes.every((hash, at) => hash !== before[at]!.hash));
  assertEquals((await fork.next("Go on")).response, "two");
  assertEquals(await entriesOf(store, "s"), before);
  // Another agent opens it like any session.
  const { agent: other } = agentOf([decide.respond("three")]);
  const opened = await other.openSession("fork", { store });
  assertEquals((await opened.next("And on")).response, "three");
});

Deno.test("Session.fork, of a stored session after any commit, continues like that of a session in memory", async () => {
  const script = [decide.call("look"), decide.move("end"), ok];
  const store = memoryStore();
  const session = await agentOf(script).agent.openSession("s", { store });
  await session.next("Hi");
  const borders = bordersOf(session.state.events);
  assertEquals(borders, [0, 1, 3, 4, 6, 7]);
  for (const at of borders) {
    const made = session.state.events.slice(0, at).filter(({ type }) => type === "decision").length;
    const play = async (isStored: boolean) => {
      const { agent, ran } = agentOf(script.slice(made));
      const original = isStored
        ? await agent.openSession("s", { store })
        : agent.createSession({ state: session.state });
      const fork = await original.fork({ at, id: `at-${at}` });
      const stood = [fork.step, fork.status, fork.approvals];
      if (fork.status === "interrupted") await fork.resume();
      else if (at === 0) await fork.next("Hi");
      return { stood, ran, state: fork.state };
    };
    assertEquals(await play(true), await play(false), `at ${at}`);
  }
});

Deno.test("Session.fork, of a stored session within a commit, is refused and writes nothing", async () => {
  const store = memoryStore();
  const script = [decide.call("look"), decide.move("end"), ok];
  await (await agentOf(script).agent.openSession("s", { store })).next("Hi");
  // The fork reads the log, which was not read when the session was opened.
  const session = await agentOf([]).agent.openSession("s", { store });
  for (const [at, [before, after]] of [[2, [1, 3]], [5, [4, 6]]] as const) {
    const error = await assertRejects(() => session.fork({ at, id: "x" }), ConfigError);
    assertEquals(
      error.message,
      `Cannot fork session "s" at ${at}: events ${before} to ${after - 1} were committed ` +
        `together: expected ${before} or ${after}`,
    );
  }
  assertEquals(await store.read("x"), undefined);
});

Deno.test("Session.fork, its id is new by default, and must not exist in the store", async () => {
  const store = memoryStore();
  const { agent } = agentOf([ok]);
  const session = await agent.openSession("s", { store });
  await session.next("Hi");
  await agent.openSession("other", { store });
  const fork = await session.fork();
  assert(/^id-\d+$/.test(fork.id));
  for (const id of ["other", fork.id]) {
    const before = await store.read(id);
    const error = await assertRejects(() => session.fork({ id }), ConflictError);
    assert(error.message.includes(JSON.stringify(id)));
    assertEquals(await store.read(id), before);
  }
  await assertRejects(() => session.fork({ id: "s" }), ConfigError, "not the original's id");
  await assertRejects(() => session.fork({ id: "a\0b" }), ConfigError);
  await assertRejects(() => session.fork({ at: 3 }), ConfigError, "from 0 to 2");
});

Deno.test("Session.fork, a past that leads to a step the graph lacks writes nothing", async () => {
  const store = memoryStore();
  const { agent } = agentOf([decide.move("end"), ok]);
  await (await agent.openSession("s", { store })).next("Hi");
  const changed = new Agent({
    name: "durable",
    llm: new MockLLM(),
    start: "end",
    steps: { end: { description: "End" } },
  });
  const session = await changed.openSession("s", { store });
  await assertRejects(() => session.fork({ at: 1, id: "x" }), StateError, 'unknown step "talk"');
  assertEquals(await store.read("x"), undefined);
});

Deno.test("Session.fork, of a long session, is written in batches under a lease, with a snapshot", async () => {
  const store = memoryStore();
  const { agent } = agentOf(new Array(1_100).fill(ok));
  const session = await agent.openSession("s", { store });
  for (let turn = 0; turn < 1_050; turn++) await session.next("Hi");
  const appended: [head: number, length: number, hasSnapshot: boolean][] = [];
  const watched = through(store, async (method, run, args) => {
    if (method === "append") {
      const { head, entries, snapshot } = args[1] as Append;
      appended.push([head, entries.length, snapshot !== undefined]);
      const rival = await store.claim("fork", { owner: "rival", ttl: 1 });
      assertEquals(rival, undefined);
    }
    return await run();
  });
  const opened = await agentOf([ok]).agent.openSession("s", { store: watched });
  const fork = await opened.fork({ id: "fork" });
  assertEquals(appended, [[0, 1_000, false], [1_000, 1_000, false], [2_000, 100, true]]);
  assertEquals(fork.state.events.length, 2_100);
  // Opening it does not read its past, and its lease is released.
  let read = 0;
  const counting = through(store, async (method, run) => {
    const result = await run();
    if (method === "entries") read += (result as unknown[]).length;
    return result;
  });
  await agentOf([]).agent.openSession("fork", { store: counting });
  assertEquals(read, 0);
  assert(await store.claim("fork", { owner: "next", ttl: 1 }) !== undefined);
});

Deno.test("Session.fork, a process that dies at any write leaves no session that seems complete", async () => {
  const turns = 600;
  const whole = memoryStore();
  const { agent } = agentOf(new Array(turns).fill(ok));
  const written = await agent.openSession("s", { store: whole });
  for (let turn = 0; turn < turns; turn++) await written.next("Hi");
  const writes = ["create", "claim", "append", "release"];
  // Create, claim, two batches, release: after the last batch it is whole.
  for (let at = 1; at <= 5; at++) {
    for (const isAfter of [false, true]) {
      const what = `died ${isAfter ? "after" : "before"} write ${at}`;
      const dying = dyingAtWrite(whole, at, isAfter, writes);
      const session = await agent.openSession("s", { store: dying });
      await assertRejects(() => session.fork({ id: "fork" }), StoreError, "died", what);
      const left = await whole.read("fork");
      const isWhole = left?.head === turns * 2;
      assertEquals(isWhole, at > 4 || at === 4 && isAfter, what);
      const open = () => agentOf([ok]).agent.openSession("fork", { store: whole });
      if (isWhole) {
        await (await open()).load();
      } else if (left !== undefined) {
        const error = await assertRejects(open, SessionDamagedError, "an incomplete fork", what);
        assertEquals(
          error.message,
          'Cannot read session "fork": it is an incomplete fork of session "s": ' +
            `it has ${left.head} of 1200 events: expected all; ` +
            "if no process is still writing it, delete it and fork again",
        );
      }
      await whole.delete("fork");
    }
  }
  assertEquals((await whole.read("s"))!.head, turns * 2);
});

Deno.test("Session.fork, is deleted if the store refuses a write, and is not written twice if an answer was lost", async () => {
  for (const kind of ["full", "lost", "lost before"] as const) {
    const store = memoryStore();
    const { agent } = agentOf([ok]);
    await (await agent.openSession("s", { store })).next("Hi");
    let appends = 0;
    const failing = through(store, async (method, run) => {
      if (method !== "append" || appends++ > 0) return await run();
      if (kind === "full") throw new StoreError("the disk is full");
      if (kind === "lost") await run();
      throw new StoreError("the answer was lost", { isUnknown: true });
    });
    const session = await agent.openSession("s", { store: failing, clock: impatientClock });
    if (kind === "full") {
      await assertRejects(() => session.fork({ id: "fork" }), StoreError, "the disk is full");
      assertEquals(await store.read("fork"), undefined);
      appends = 1;
    }
    const fork = await session.fork({ id: "fork" });
    assertEquals(fork.state.events.length, 2);
    assertEquals(await bodiesOf(store, "fork"), await bodiesOf(store, "s"));
  }
});

Deno.test("Session.fork, with an empty past, is a new session", async () => {
  const store = memoryStore();
  const { agent } = agentOf([ok, decide.respond("new")]);
  const session = await agent.openSession("s", { store });
  await session.next("Hi");
  const fork = await session.fork({ at: 0, id: "fork" });
  assertEquals([fork.step, fork.status, fork.state.events], ["talk", "waiting", []]);
  assertEquals((await fork.next("Hello")).response, "new");
});

Deno.test("Session.fork, a damaged original is not copied", async () => {
  const store = memoryStore();
  const { agent } = agentOf([ok]);
  await (await agent.openSession("s", { store })).next("Hi");
  let isDamaged = false;
  const lying = through(store, async (method, run) => {
    const result = await run();
    if (method !== "entries" || !isDamaged) return result;
    return (result as { body: string }[]).map((entry) => {
      return { ...entry, body: entry.body.replace("Hi", "Ho") };
    });
  });
  const session = await agent.openSession("s", { store: lying });
  isDamaged = true;
  await assertRejects(
    () => session.fork({ id: "fork" }),
    SessionDamagedError,
    "entry 0 was changed",
  );
  assertEquals(await store.read("fork"), undefined);
});
