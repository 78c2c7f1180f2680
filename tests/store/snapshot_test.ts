import { Agent, decide, MockLLM } from "@nomos/agent";
import { memoryStore, SessionDamagedError, type Store } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";

/** Number of turns after which a session has a snapshot and some entries after it. */
const TURNS = 40;

function makeAgent(): Agent {
  return new Agent({
    name: "talker",
    llm: new MockLLM(Array(TURNS + 1).fill(decide.respond("ok"))),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
}

async function makePlayedStore(): Promise<Store> {
  const store = memoryStore();
  const session = await makeAgent().openSession("a", { store });
  for (let turn = 0; turn < TURNS; turn++) await session.next("Hi");
  return store;
}

/** Wraps a store so that `change` is applied to snapshots and reads of entries are counted. */
function changeSnapshots(
  store: Store,
  change: (body: string) => string,
): { readonly store: Store; reads: number } {
  const changed = {
    reads: 0,
    store: {
      ...store,
      read: async (id: string) => {
        const stored = await store.read(id);
        if (stored?.snapshot === undefined) return stored;
        const { snapshot } = stored;
        return { ...stored, snapshot: { ...snapshot, body: change(snapshot.body) } };
      },
      entries: async (...range: Parameters<Store["entries"]>) => {
        const entries = await store.entries(...range);
        changed.reads += entries.length;
        return entries;
      },
    },
  };
  return changed;
}

Deno.test("a snapshot of another version is ignored, and replaced after reading the log", async () => {
  const store = await makePlayedStore();
  const { head, snapshot } = (await store.read("a"))!;
  const known = changeSnapshots(store, (body) => body);
  await makeAgent().openSession("a", { store: known.store });
  assertEquals(known.reads, head - snapshot!.head);

  const [version] = JSON.parse(snapshot!.body);
  for (const other of [version + 1, 0, "1"]) {
    const strange = JSON.stringify([other, { step: "a step of another release" }, []]);
    const unknown = changeSnapshots(store, () => strange);
    const session = await makeAgent().openSession("a", { store: unknown.store });
    assertEquals([session.step, session.status], ["talk", "waiting"]);
    assertEquals(unknown.reads, head);
    assertEquals((await Array.fromAsync(session.events())).length, head);
  }

  const session = await makeAgent().openSession("a", {
    store: changeSnapshots(store, () => "[0]").store,
  });
  await session.next("Once more");
  const { snapshot: renewed } = (await store.read("a"))!;
  assert(renewed!.head > head, `the snapshot covers ${renewed!.head} entries`);
  assertEquals(JSON.parse(renewed!.body)[0], version);
});

Deno.test("an invalid snapshot is damage", async () => {
  const { store } = changeSnapshots(await makePlayedStore(), () => "no JSON");
  await assertRejects(
    () => makeAgent().openSession("a", { store }),
    SessionDamagedError,
    "its snapshot cannot be read",
  );
});
