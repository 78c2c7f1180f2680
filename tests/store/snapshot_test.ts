import { Agent, decide, MockLLM } from "@nomos/agent";
import { memoryStore, SessionDamagedError, type Store } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";

/** Turns that leave a session with a snapshot and some entries behind it. */
const TURNS = 40;

function agentOf(): Agent {
  return new Agent({
    name: "talker",
    llm: new MockLLM(Array(TURNS + 1).fill(decide.respond("ok"))),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
}

async function playedStore(): Promise<Store> {
  const store = memoryStore();
  const session = await agentOf().openSession("a", { store });
  for (let turn = 0; turn < TURNS; turn++) await session.next("Hi");
  return store;
}

/** A store whose sessions have the snapshot that `change` makes of theirs; counts entries that are read. */
function withSnapshot(
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
  const store = await playedStore();
  const { head, snapshot } = (await store.read("a"))!;
  const known = withSnapshot(store, (body) => body);
  await agentOf().openSession("a", { store: known.store });
  assertEquals(known.reads, head - snapshot!.head);

  const [version] = JSON.parse(snapshot!.body);
  for (const other of [version + 1, 0, "1"]) {
    const strange = JSON.stringify([other, { step: "a step of another release" }, []]);
    const unknown = withSnapshot(store, () => strange);
    const session = await agentOf().openSession("a", { store: unknown.store });
    assertEquals([session.step, session.status], ["talk", "waiting"]);
    assertEquals(unknown.reads, head);
    assertEquals((await Array.fromAsync(session.events())).length, head);
  }

  const session = await agentOf().openSession("a", {
    store: withSnapshot(store, () => "[0]").store,
  });
  await session.next("Once more");
  const { snapshot: renewed } = (await store.read("a"))!;
  assert(renewed!.head > head, `the snapshot stands for ${renewed!.head} entries`);
  assertEquals(JSON.parse(renewed!.body)[0], version);
});

Deno.test("an invalid snapshot is damage", async () => {
  const { store } = withSnapshot(await playedStore(), () => "no JSON");
  await assertRejects(
    () => agentOf().openSession("a", { store }),
    SessionDamagedError,
    "its snapshot cannot be read",
  );
});
