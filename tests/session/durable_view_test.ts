/** A stored session whose history is bounded: its turns read only what requests show. */
import { type Agent, ConfigError, decide } from "@nomos/agent";
import { memoryStore, SessionDamagedError, type Store } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { LONG, makeFriend, SmallModel, summariesIn, talk, textsOf } from "../turn/small_model.ts";

const MAX_TOKENS = 1_000;

/** Model that gives the same answers in each process. */
function makeModel(): SmallModel {
  return new SmallModel({
    reports: 1,
    decide: () => decide.respond("Yes"),
    summarize: () => ({ summary: "They talked" }),
  });
}

function makeAgent(llm = makeModel(), more: object = {}): Agent<{ talk: unknown }> {
  return makeFriend(llm, { maxTokens: MAX_TOKENS }, more);
}

async function fill(store: Store, turns = 200): Promise<void> {
  await talk(await makeAgent().openSession("s", { store }), turns);
}

/** Wraps a store so that the entries that are read are counted, and may be changed. */
function watch(store: Store, change = (seq: number, body: string) => (void seq, body)) {
  const watched = {
    reads: 0,
    store: {
      ...store,
      entries: async (...range: Parameters<Store["entries"]>) => {
        const entries = await store.entries(...range);
        watched.reads += entries.length;
        return entries.map((entry) => ({ ...entry, body: change(entry.seq, entry.body) }));
      },
    },
  };
  return watched;
}

Deno.test("The first turn after opening reads no more than requests show, and sends the same", async () => {
  const [store, other] = [memoryStore(), memoryStore()];
  const llm = makeModel();
  const warm = await makeAgent(llm).openSession("s", { store: other });
  await talk(warm, 200);
  await fill(store);
  const cold = makeModel();
  const watched = watch(store);
  const session = await makeAgent(cold).openSession("s", { store: watched.store });
  for (const text of ["And now?", LONG, LONG]) {
    const turns = [await warm.next(text), await session.next(text)];
    assertEquals(turns[1]!.status, "waiting");
    assertEquals(turns[1]!.compacted, turns[0]!.compacted);
    assertEquals(textsOf(cold.requests.at(-1)!), textsOf(llm.requests.at(-1)!));
  }
  assert(watched.reads < 150, `${watched.reads} entries were read`);
  assertEquals(session.usage, warm.usage);
});

Deno.test("The first turn after opening counts the usage of the past towards limits", async () => {
  const store = memoryStore();
  await fill(store);
  const watched = watch(store);
  const open = (limits: object) =>
    makeAgent().openSession("s", { store: watched.store, limits: { session: limits } });
  const used = (await open({})).usage;
  const tokens = used.input! + used.output!;
  assertEquals((await (await open({ tokens: tokens + 1 })).next("Hi")).status, "waiting");
  const limited = await (await open({ tokens })).next("Hi");
  assertEquals([limited.status, limited.reason], ["limited", "tokens"]);
  assert(watched.reads < 300, `${watched.reads} entries were read`);
});

Deno.test("A session time limit counts from the first event, which no turn reads", async () => {
  const store = memoryStore();
  let now = 1_000;
  const clock = () => now++;
  await talk(await makeAgent(undefined, { clock }).openSession("s", { store }), 200);
  now = 1_000_000;
  const open = (time: number) =>
    makeAgent(undefined, { clock }).openSession("s", { store, limits: { session: { time } } });
  assertEquals((await (await open(999_000)).next("Hi")).reason, "time");
  assertEquals((await (await open(9_990_000)).next("Hi")).status, "waiting");
});

Deno.test("A repeated input of long ago is found behind a summary", async () => {
  const store = memoryStore();
  const session = await makeAgent().openSession("s", { store });
  const first = await session.next("The first", { inputId: "one" });
  await talk(session, 200);
  await session.next("The last", { inputId: "two" });
  const watched = watch(store);
  const reopened = await makeAgent().openSession("s", { store: watched.store });
  const fresh = await reopened.next("Another", { inputId: "three" });
  assertEquals(fresh.status, "waiting");
  assert(watched.reads < 150, `${watched.reads} entries were read`);
  const repeated = await reopened.next("The first", { inputId: "one" });
  assertEquals([repeated.response, repeated.events.length], [first.response, first.events.length]);
  const again = await makeAgent().openSession("s", { store });
  assertEquals((await again.next("Another", { inputId: "three" })).response, fresh.response);
  await assertRejects(() => again.next("Other text", { inputId: "two" }), ConfigError);
});

Deno.test("The state of a session behind a summary needs load(), and is whole then", async () => {
  const store = memoryStore();
  await fill(store);
  const session = await makeAgent().openSession("s", { store });
  const turn = await session.next("Hi");
  assertEquals(turn.decisions.length, 1);
  assertThrows(() => turn.state, ConfigError, "await session.load() first");
  assertThrows(() => session.state, ConfigError, "await session.load() first");
  const events = await Array.fromAsync(session.events());
  assertEquals(events.map(({ seq }) => seq), events.map((_, seq) => seq));
  await session.load();
  assertEquals(session.state.events, events);
  assertEquals(turn.state.events, events);
  assertEquals(turn.events.at(-1), events.at(-1));
  // The whole log leads to the same requests.
  await session.next("Hi");
  const other = makeAgent().createSession({ state: session.state });
  assertEquals(other.usage, session.usage);
});

Deno.test("A fork of a session behind a summary has all events", async () => {
  const store = memoryStore();
  await fill(store);
  const session = await makeAgent().openSession("s", { store });
  await session.next("Hi");
  const [summary] = summariesIn(await Array.fromAsync(session.events()));
  const fork = await session.fork({ at: summary!.seq, id: "t" });
  assertEquals((await Array.fromAsync(fork.events())).length, summary!.seq);
  assertEquals((await fork.next("Hi")).status, "waiting");
});

Deno.test("An entry that requests show is verified by a turn, one before it by load()", async () => {
  const store = memoryStore();
  await fill(store);
  const head = (await store.read("s"))!.head;
  const openChanged = (at: number) => {
    const change = (seq: number, body: string) => seq === at ? body.replace(/word/, "work") : body;
    return makeAgent().openSession("s", { store: watch(store, change).store });
  };
  const inputs = (await store.entries("s", { from: head - 80, limit: 80 }))
    .filter(({ body }) => body.includes("word"));
  const shown = inputs.at(-4)!.seq;
  await assertRejects(async () => await (await openChanged(shown)).next("Hi"), SessionDamagedError);
  const old = await openChanged(0);
  assertEquals((await old.next("Hi")).status, "waiting");
  await assertRejects(() => old.load(), SessionDamagedError);
});

Deno.test("Results that are migrated need the whole log", async () => {
  const store = memoryStore();
  await fill(store, 60);
  const migrateResult = (text: string) => text;
  const session = await makeAgent(undefined, { migrateResult }).openSession("s", { store });
  assertEquals((await session.next("Hi")).state.events[0]!.type, "user");
});
