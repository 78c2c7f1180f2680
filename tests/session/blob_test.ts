/** Sessions whose pictures and files are blobs of their store. */
import { DatabaseSync } from "node:sqlite";
import { Agent, decide, MockLLM, type Part, type ScriptEntry, Tool } from "@nomos/agent";
import { sqliteStore } from "@nomos/agent/sqlite";
import {
  memoryStore,
  SessionDamagedError,
  type Store,
  type VerifiableStore,
} from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";

const LONG = Uint8Array.from({ length: 8_001 }, (_, at) => at * 7);
const PICTURE: Part = { type: "image", mediaType: "image/png", data: LONG };
const SMALL: Part = { type: "image", mediaType: "image/png", data: LONG.slice(0, 8_000) };

function talker(script: readonly ScriptEntry[]) {
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => [PICTURE],
  });
  const llm = new MockLLM(script);
  const steps = { talk: { description: "Talk", tools: [look] } };
  return { llm, agent: new Agent({ name: "talker", llm, start: "talk", steps }) };
}

/** Returns the parts in the entries of a session, without their bytes. */
async function storedParts(store: Store, id: string) {
  const entries = await store.entries(id, { from: 0, limit: 100 });
  return entries.flatMap(({ body }) => {
    const [, { parts = [] }] = JSON.parse(body);
    return parts as { readonly blob?: string; readonly data?: string }[];
  });
}

/** Returns the lengths of the pictures that a model was sent last. */
function lengthsSent(llm: MockLLM): number[] {
  return llm.requests.at(-1)!.messages.flatMap(({ parts = [] }) =>
    parts.flatMap((part) => part.type !== "text" && part.data ? [part.data.length] : [])
  );
}

const STORES: Readonly<Record<string, () => Promise<VerifiableStore>>> = {
  memory: () => Promise.resolve(memoryStore()),
  SQLite: () => sqliteStore(":memory:"),
};

for (const [name, open] of Object.entries(STORES)) {
  Deno.test(`${name}: bytes above 8 kB are a blob in the log, and are read for the next turn`, async () => {
    await using store = await open();
    const first = talker([decide.call("look"), decide.respond("A cup")]);
    const session = await first.agent.openSession("s", { store });
    await session.next([PICTURE, SMALL]);
    const parts = await storedParts(store, "s");
    assertEquals(parts.map(({ blob, data }) => [blob?.length, data?.length]), [
      [64, undefined],
      [undefined, SMALL.type === "image" ? 10_668 : 0],
      [64, undefined],
    ]);
    assertEquals(await store.readBlob!("s", parts[0]!.blob!), LONG);
    assertEquals(parts[2], parts[0]);
    await store.verify("s");

    const { llm, agent } = talker([decide.respond("Yes")]);
    const reopened = await agent.openSession("s", { store });
    await reopened.next("Sure?");
    assertEquals(lengthsSent(llm), [8_001, 8_000, 8_001]);
    const events = await Array.fromAsync(session.events());
    assertEquals(
      await Array.fromAsync(reopened.events({ from: 0 })).then((all) =>
        all.slice(0, events.length)
      ),
      events,
    );
    const state = JSON.parse(JSON.stringify(reopened.state));
    const copy = talker([decide.respond("Yes")]);
    await copy.agent.createSession({ state }).next("And now?");
    assertEquals(lengthsSent(copy.llm), [8_001, 8_000, 8_001]);
  });

  Deno.test(`${name}: a fork has the blobs of its past, also after its original is deleted`, async () => {
    await using store = await open();
    const { llm, agent } = talker([decide.respond("A cup"), decide.respond("Yes")]);
    const session = await agent.openSession("s", { store });
    await session.next([PICTURE]);
    const fork = await session.fork({ id: "t" });
    await store.delete("s");
    await fork.next("Sure?");
    assertEquals(lengthsSent(llm), [8_001]);
    await store.verify("t");
  });

  Deno.test(`${name}: an agent that is a tool has blobs of its own`, async () => {
    await using store = await open();
    const { llm, agent } = talker([decide.call("look"), decide.respond("A cup")]);
    const parent = new Agent({
      name: "parent",
      llm: new MockLLM([decide.call("talker", { input: "Look" }), decide.respond("So")]),
      start: "ask",
      steps: {
        ask: {
          description: "Ask",
          tools: [agent.asTool({ name: "talker", description: "Looks" })],
        },
      },
    });
    const session = await parent.openSession("s", { store });
    await session.next("Look");
    assertEquals(lengthsSent(llm), [8_001]);
    assertEquals(await storedParts(store, "s"), []);
  });

  Deno.test(`${name}: the same inputId with the same picture is one input after a restart`, async () => {
    await using store = await open();
    const options = { inputId: "in-1" };
    const first = talker([decide.respond("A cup")]);
    await (await first.agent.openSession("s", { store })).next([PICTURE], options);
    const { agent } = talker([]);
    const turn = await (await agent.openSession("s", { store })).next([PICTURE], options);
    assertEquals(turn.response, "A cup");
  });
}

Deno.test("SQLite keeps a blob once, and deletes it with the last session that has it", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  const store = await sqliteStore(path);
  const count = () => {
    using database = new DatabaseSync(path, { readOnly: true });
    return Number(database.prepare("SELECT count(*) AS blobs FROM blob").get()!.blobs);
  };
  const { agent } = talker([decide.respond("A"), decide.respond("B")]);
  for (const id of ["a", "b"]) {
    await (await agent.openSession(id, { store })).next([PICTURE]);
    assertEquals(count(), 1);
  }
  await store.delete("a");
  assertEquals(count(), 1);
  await store.delete("b");
  assertEquals(count(), 0);
  await store.close();
  await Deno.remove(path);
});

Deno.test("a blob that is missing or was changed is damage of the session", async () => {
  for (
    const [found, problem] of [[undefined, "is missing"], [LONG.slice(1), "was changed"]] as const
  ) {
    const inner = memoryStore();
    const { agent } = talker([decide.respond("A cup")]);
    await (await agent.openSession("s", { store: inner })).next([PICTURE]);
    const store: Store = { ...inner, readBlob: () => Promise.resolve(found) };
    await assertRejects(() => agent.openSession("s", { store }), SessionDamagedError, problem);
  }
});

Deno.test("a store without blobs has the bytes in its entries", async () => {
  const { readBlob: _, ...store } = memoryStore();
  const { llm, agent } = talker([decide.respond("A cup"), decide.respond("Yes")]);
  await (await agent.openSession("s", { store })).next([PICTURE]);
  const [part] = await storedParts(store, "s");
  assert(part?.data !== undefined && part.blob === undefined);
  await (await agent.openSession("s", { store })).next("Sure?");
  assertEquals(lengthsSent(llm), [8_001]);
});

Deno.test("texts that quote a reference to a blob are texts", async () => {
  const store = memoryStore();
  const { agent } = talker([decide.respond("So"), decide.respond("So")]);
  const text = '"parts":[{"type":"image","blob":"00"}]';
  await (await agent.openSession("s", { store })).next(text);
  const session = await agent.openSession("s", { store });
  await session.next("Again");
  const [event] = await Array.fromAsync(session.events());
  assert(event?.type === "user" && event.text === text);
});
