import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError, decide } from "@nomos/agent";
import {
  ConflictError,
  memoryStore,
  SessionDamagedError,
  type StoredSnapshot,
} from "@nomos/agent/store";
import { firstHash, linkBodies, nextHash } from "../../src/store/entry/hash_chain.ts";
import { agentOf, eventsOf, open } from "./durable_session.ts";

Deno.test("a damaged session is refused, and others are not affected", async () => {
  const damages: [string, (entries: { seq: number; body: string; hash: string }[]) => void][] = [
    ["entry 1 is missing", (entries) => void entries.splice(1, 1)],
    ["entry 1 was changed", (entries) => {
      entries[1]!.body = entries[1]!.body.replace("Good", "Bad!");
    }],
    ["entry 1 was changed", (entries) => void (entries[1]!.hash = "00")],
    ["entry 1 is missing", (entries) => void entries.splice(1)],
  ];
  for (const [message, damage] of damages) {
    const store = memoryStore();
    for (const id of ["s", "other"]) {
      const agent = agentOf([decide.respond("Good"), decide.respond("Good")]);
      const session = await agent.openSession(id, { store });
      await session.next("Hi");
      await session.next("Ho");
    }
    const broken = new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          const result = await method.apply(target, args);
          if (name !== "entries" || args[0] !== "s") return result;
          const { from } = args[1] as { from: number };
          const all = (await target.entries("s", { from: 0, limit: 100 })).map((entry) => ({
            ...entry,
          }));
          damage(all);
          return all.filter(({ seq }) => seq >= from);
        };
      },
    });
    const opening = async () => {
      const session = await open(agentOf([]), broken);
      await session.load();
    };
    await assertRejects(opening, SessionDamagedError, message);
    const other = await agentOf([decide.respond("fine")]).openSession("other", { store: broken });
    assertEquals((await other.next("Hi")).response, "fine");
  }
});

Deno.test("a long session is opened from its snapshot, and read when a turn needs it", async () => {
  const store = memoryStore();
  let reads = 0;
  const counting = new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        const result = await method.apply(target, args);
        if (name === "entries") reads += result.length;
        return result;
      };
    },
  });
  const agent = agentOf(new Array(300).fill(decide.respond("ok")));
  const session = await open(agent, store);
  for (let turn = 0; turn < 200; turn++) await session.next("Hi");
  const opened = await open(agent, counting);
  assertEquals([opened.status, opened.step], ["waiting", "talk"]);
  assert(reads < 64, `${reads} entries were read`);
  let message = "";
  try {
    opened.state;
  } catch (error) {
    assert(error instanceof ConfigError);
    message = error.message;
  }
  assert(message.includes("await session.load() first, or run a turn"), message);
  assertEquals((await Array.fromAsync(opened.events({ from: 395 }))).length, 5);
  await opened.next("Hi");
  assertEquals(opened.state.events, await eventsOf(store));
});

/** Changes fields of a snapshot behind the entry with a hash, so that its own hash fits. */
function seal(body: string, hash: string, changes: object): string {
  const [version, fields] = JSON.parse(body);
  const forged = JSON.stringify([version, { ...fields, ...changes }]);
  return `${forged.slice(0, -1)},"${nextHash(hash, forged)}"]`;
}

function forgeSnapshot({ body, hash }: StoredSnapshot): string {
  return seal(body, hash, { step: "end" });
}

Deno.test("a snapshot that was changed, or does not match its entries, is damage", async () => {
  const store = memoryStore();
  const agent = agentOf(new Array(100).fill(decide.respond("ok")));
  const session = await open(agent, store);
  for (let turn = 0; turn < 50; turn++) await session.next("Hi");
  const lying = (change: (snapshot: StoredSnapshot) => string) =>
    new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (name !== "read") return typeof method === "function" ? method.bind(target) : method;
        return async (id: string) => {
          const stored = (await target.read(id))!;
          const snapshot = stored.snapshot!;
          return { ...stored, snapshot: { ...snapshot, body: change(snapshot) } };
        };
      },
    });
  const changed = lying(({ body }) => body.replace('"talk"', '"end"'));
  await assertRejects(() => open(agent, changed), SessionDamagedError, "its snapshot was changed");
  const forged = await open(agent, lying(forgeSnapshot));
  await assertRejects(() => forged.load(), SessionDamagedError, "does not match its entries");
});

Deno.test("load() verifies the whole log also after a turn, which trusts the hashes", async () => {
  const store = memoryStore();
  const script = Array.from({ length: 50 }, (_, at) => decide.respond(`${at}`));
  const writer = await open(agentOf(script), store);
  for (const _ of script) await writer.next("Hi");
  const { meta, snapshot } = (await store.read("s"))!;
  const bodies = (await store.entries("s", { from: 0, limit: 999 })).map(({ body }) => body);
  // A chain of entries that fits, with one that no release writes.
  bodies[2] = bodies[2]!.replace('"text"', '"words"');
  const forged = memoryStore();
  await forged.create("s", { meta, hash: firstHash("s") });
  const lease = (await forged.claim("s", { owner: "test", ttl: 1 }))!;
  const { entries } = linkBodies({ head: 0, hash: firstHash("s") }, bodies);
  const covered = entries.slice(0, snapshot!.head);
  const sealed = seal(snapshot!.body, covered.at(-1)!.hash, {});
  await forged.append(lease, { head: 0, entries: covered, snapshot: sealed });
  await forged.append(lease, {
    head: covered.length,
    entries: entries.slice(covered.length),
    release: true,
  });
  const session = await open(agentOf([decide.respond("Fine")]), forged);
  assertEquals((await session.next("Hi")).response, "Fine");
  await assertRejects(() => session.load(), SessionDamagedError, "entry 2 is not an event");
  await assertRejects(() => forged.verify("s"), SessionDamagedError, "entry 2 is not an event");
});

Deno.test("events() of a session that is not loaded shows no entry that was changed", async () => {
  const store = memoryStore();
  const script = Array.from({ length: 40 }, (_, at) => decide.respond(`${at}`));
  const writer = await open(agentOf(script), store);
  for (const at of script.keys()) await writer.next(`I owe you ${at} euros`);
  const changed = new Proxy(store, {
    get: (target, name) => {
      if (name !== "entries") return Reflect.get(target, name);
      return async (...args: Parameters<typeof store.entries>) =>
        (await target.entries(...args)).map((entry) => ({
          ...entry,
          body: entry.body.replace("owe you 2 euros", "owe you 2000 euros"),
        }));
    },
  });
  for (const from of [0, 4, 5]) {
    const session = await open(agentOf([]), changed);
    const reading = Array.fromAsync(session.events({ from }));
    await assertRejects(() => reading, SessionDamagedError, "entry 4 was changed");
  }
  const session = await open(agentOf([]), store);
  const events = await Array.fromAsync(session.events({ from: 70 }));
  assertEquals(events.map(({ seq }) => seq), Array.from({ length: 10 }, (_, at) => at + 70));
  assertEquals(await Array.fromAsync(session.events()), writer.state.events);
});

Deno.test("verify() finds changed entries and snapshots without an agent", async () => {
  const store = memoryStore();
  const script = Array.from({ length: 40 }, (_, at) => decide.respond(`${at}`));
  const writer = await open(agentOf(script), store);
  for (const at of script.keys()) await writer.next(`Message ${at}`);
  await store.verify("s");
  await assertRejects(() => store.verify("unknown"), ConflictError, 'session "unknown"');

  // Copies of the session, each changed at one place.
  const [meta, entries] = [
    (await store.read("s"))!,
    await store.entries("s", { from: 0, limit: 99 }),
  ];
  const copy = async (snapshot: string, bodyOf: (body: string, seq: number) => string) => {
    const other = memoryStore();
    await other.create("s", { meta: meta.meta, hash: firstHash("s") });
    const lease = (await other.claim("s", { owner: "test", ttl: 1 }))!;
    const changed = entries.map(({ seq, body, hash }) => ({ seq, body: bodyOf(body, seq), hash }));
    const { head } = meta.snapshot!;
    await other.append(lease, { head: 0, entries: changed.slice(0, head), snapshot });
    await other.append(lease, { head, entries: changed.slice(head) });
    return other;
  };
  const { body } = meta.snapshot!;
  await (await copy(body, (body) => body)).verify("s");
  for (const place of [3, 70, entries.length - 1]) {
    const damaged = await copy(body, (body, seq) => seq === place ? `${body} ` : body);
    await assertRejects(
      () => damaged.verify("s"),
      SessionDamagedError,
      `entry ${place} was changed`,
    );
  }
  const changed = await copy(body.replace('"talk"', '"end"'), (body) => body);
  await assertRejects(() => changed.verify("s"), SessionDamagedError, "its snapshot was changed");
  const forged = await copy(forgeSnapshot(meta.snapshot!), (body) => body);
  await assertRejects(() => forged.verify("s"), SessionDamagedError, "snapshot does not match");
});
