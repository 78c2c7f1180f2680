import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError, decide, LLMError } from "@nomos/agent";
import { ConflictError, memoryStore, type Store, StoreError } from "@nomos/agent/store";
import { impatientClock } from "../fixtures/immediate_clock.ts";
import { agentOf, eventsOf, open } from "./durable_session.ts";

/** A store with some methods replaced. */
function patched(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

Deno.test("the lease is released even if an observer fails at the end of the turn", async () => {
  const store = memoryStore();
  let ends = 0;
  const observer = {
    beginTurn: () => ({
      onEnd: () => {
        if (++ends === 1) throw new Error("the observer fails");
      },
    }),
  };
  const script = [decide.respond("1"), decide.respond("2")];
  const onObserverError = () => {};
  const agent = agentOf(script, [], { observers: [observer], onObserverError });
  const session = await open(agent, store);
  assertEquals((await session.next("Hi")).response, "1");
  assertEquals((await session.next("Again")).response, "2");
});

Deno.test("the lease is released before observers are notified of the end of a turn", async () => {
  const store = memoryStore();
  const known: unknown[] = [];
  const released: string[] = [];
  const observer = { beginTurn: () => ({ onEnd: () => void known.push([...released]) }) };
  const agent = agentOf([decide.respond("1")], [], { observers: [observer] });
  const release = async (free: () => Promise<unknown>) => {
    assertEquals(session.status, "running");
    await free();
    released.push("s");
  };
  const session = await open(
    agent,
    patched(store, {
      release: (lease) => release(() => store.release(lease)),
      append: async (lease, appended) => {
        const append = () => store.append(lease, appended);
        await (appended.release ? release(append) : append());
      },
    }),
  );
  await session.next("Hi");
  await session.next("Go on", { signal: AbortSignal.abort() });
  assertEquals(known, [["s"], ["s", "s"]]);
});

Deno.test("load() called twice at once reads the log once, and finds no damage", async () => {
  const store = memoryStore();
  const script = Array.from({ length: 40 }, (_, at) => decide.respond(`${at}`));
  const writer = await open(agentOf(script), store);
  for (const _ of script) await writer.next("Hi");
  assert((await store.read("s"))?.snapshot !== undefined);
  const session = await open(agentOf([decide.respond("Last")]), store);
  await Promise.all([session.load(), session.next("And?"), session.load()]);
  assertEquals(session.state.events.map(({ seq }) => seq), [...Array(82).keys()]);
});

Deno.test("a write whose outcome stays unknown fails with its own error, not as a lost lease", async () => {
  const store = memoryStore();
  let isBroken: boolean | undefined;
  const lost = () => Promise.reject(new StoreError("no answer", { isUnknown: true }));
  const breaking = patched(store, {
    append: async (lease, appended) => {
      await store.append(lease, appended);
      // Fails from the first result on, until the store is repaired.
      if (appended.entries[0]!.body.includes("tool_finished")) isBroken ??= true;
      if (isBroken) await lost();
    },
    read: (id) => isBroken ? lost() : store.read(id),
  });
  const script = [
    decide.calls([{ tool: "a", args: {} }, { tool: "b", args: {} }]),
    decide.respond("Done"),
  ];
  const session = await open(agentOf(script), breaking, { clock: impatientClock });
  await assertRejects(() => session.next("Hi"), StoreError, "no answer");
  isBroken = false;
  const turn = await session.resume();
  assertEquals(turn.response, "Done");
  const finished = (await eventsOf(store)).filter(({ type }) => type === "tool_finished");
  assertEquals(finished.length, 2);
});

Deno.test("a writer that finds another head releases its lease", async () => {
  const store = memoryStore();
  const agent = agentOf([decide.respond("1"), decide.respond("2")]);
  let isFirst = true;
  const session = await open(
    agent,
    patched(store, {
      append: async (lease, appended) => {
        const head = isFirst ? appended.head + 1 : appended.head;
        isFirst = false;
        const entries = appended.entries.map((entry, at) => ({ ...entry, seq: head + at }));
        await store.append(lease, { ...appended, head, entries });
      },
    }),
  );
  await assertRejects(() => session.next("Hi"), Error, "its lease was lost");
  assertEquals((await session.next("Hi")).response, "2");
});

Deno.test("the model's error is thrown, even if the store fails at the end too", async () => {
  const agent = agentOf([() => {
    throw new LLMError("the model fails");
  }, decide.respond("2")]);
  const store = memoryStore();
  let failures = 1;
  const release: Store["release"] = async (lease) => {
    if (failures-- > 0) throw new TypeError("the store fails too");
    await store.release(lease);
  };
  const session = await open(agent, patched(store, { release }));
  await assertRejects(() => session.next("Hi"), LLMError, "the model fails");
  assertEquals(session.status, "interrupted");
  // The lease that the store kept is not that of another writer.
  assertEquals((await session.next("Hi")).response, "2");
});

Deno.test("openSession() refuses an invalid clock", async () => {
  const clock = { now: () => 0 };
  await assertRejects(
    () => open(agentOf([]), memoryStore(), { clock: clock as never }),
    ConfigError,
    "clock",
  );
});

/** A store in memory that fails calls of one method, without or with their effect. */
function losing(method: "claim" | "renew" | "release", when: "before" | "after", times: number) {
  const store = memoryStore();
  const call = store[method] as (...args: unknown[]) => Promise<unknown>;
  return patched(store, {
    [method]: async (...args: unknown[]) => {
      const isLost = times-- > 0;
      const result = isLost && when === "before" ? undefined : await call(...args);
      if (isLost) {
        throw new StoreError("the reply was lost", { isRetryable: true, isUnknown: true });
      }
      return result;
    },
  });
}

Deno.test("a lost reply to claim() or release() never locks a session out of itself", async () => {
  for (const method of ["claim", "release"] as const) {
    for (const when of ["before", "after"] as const) {
      // Once, the request is sent again in the same turn; four times, in the next turn.
      for (const times of [1, 4]) {
        const agent = agentOf([decide.call("a"), decide.respond("2"), decide.respond("3")]);
        const session = await open(agent, losing(method, when, times), { clock: impatientClock });
        // A turn that stops before its end releases its lease without an append.
        const first = await session.next("One", { stopAfter: "tool" })
          .then((turn) => turn.status, ({ code }) => code);
        assertEquals(first, method === "claim" && times === 4 ? "STORE_FAILED" : "interrupted");
        assertEquals((await session.next("Two", { stopAfter: "move" })).status, "waiting");
      }
    }
  }
});

Deno.test("a session whose reply was lost is not locked for others after its next turn", async () => {
  const store = losing("release", "before", 4);
  const agent = agentOf([decide.call("a"), decide.respond("2"), decide.respond("3")]);
  const session = await open(agent, store, { clock: impatientClock });
  await session.next("One", { stopAfter: "tool" });
  const other = await open(agent, store, { clock: impatientClock });
  assertEquals(await other.next("Two").catch(({ code }) => code), "SESSION_BUSY");
  await session.next("Two");
  assertEquals((await other.next("Three")).response, "3");
});

Deno.test("a session that is deleted while its entries are read is not reported as damaged", async () => {
  for (const isReplaced of [false, true]) {
    const store = memoryStore();
    await (await open(agentOf([decide.respond("1")]), store)).next("Hi");
    const entries: Store["entries"] = async (...range) => {
      await store.delete("s");
      if (isReplaced) await open(agentOf([], [], { ids: () => "new" }), store);
      return await store.entries(...range);
    };
    const opening = open(agentOf([]), patched(store, { entries }));
    await assertRejects(() => opening, ConflictError, "it was deleted");
  }
});
