/** Turns whose lease is claimed with their input, and released with their answer. */
import { assertEquals, assertRejects } from "@std/assert";
import { decide } from "@nomos/agent";
import type { Observer } from "@nomos/agent/observer";
import { ConflictError, memoryStore, type Store, StoreError } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import { interceptAppends } from "../fixtures/appending_store.ts";
import { dyingAtWrite } from "../fixtures/dying_store.ts";
import { impatientClock } from "../fixtures/immediate_clock.ts";
import { agentOf, eventsOf, open } from "./durable_session.ts";

/** Records the methods that are called of a store. */
function recording(store: Store): { readonly store: Store; readonly calls: string[] } {
  const calls: string[] = [];
  const recorded = new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        calls.push(String(name));
        return method.apply(target, args);
      };
    },
  });
  return { store: recorded, calls };
}

const bothCalls = decide.calls([{ tool: "a", args: {} }, { tool: "b", args: {} }]);

Deno.test("a turn of three model calls and two tools writes six times, and reads nothing", async () => {
  const { store, calls } = recording(memoryStore());
  const script = [decide.respond("Hello"), bothCalls, decide.move("end"), decide.respond("Bye")];
  const session = await open(agentOf(script), store);
  await session.next("Hi");
  calls.length = 0;
  await session.next("Go");
  assertEquals(calls, ["claim", "append", "append", "append", "append", "append"]);
  assertEquals((await store.read("s"))?.lease, undefined);
});

Deno.test("a turn that begins after turns of another process records its input once, after theirs", async () => {
  for (const whenBusy of ["refuse", "wait", "interrupt"] as const) {
    const store = memoryStore();
    const begun: string[] = [];
    const observer: Observer = {
      beginTurn: ({ input }) => {
        begun.push(input ?? "");
        return {};
      },
    };
    const agent = agentOf([decide.respond("2"), decide.respond("3")], [], {
      observers: [observer],
    });
    const session = await open(agent, store, { whenBusy });
    await (await open(agentOf([decide.respond("1")]), store)).next("One");
    assertEquals((await session.next("Two")).response, "2");
    assertEquals((await session.next("Three")).response, "3");
    const texts = (await eventsOf(store)).flatMap((event) =>
      event.type === "user" ? [event.text] : []
    );
    assertEquals([texts, begun], [["One", "Two", "Three"], ["Two", "Three"]]);
    assertEquals((await store.read("s"))?.lease, undefined);
  }
});

Deno.test("a session that another process has ended takes no further input", async () => {
  const store = memoryStore();
  const session = await open(agentOf([]), store);
  await (await open(agentOf([decide.end("Bye")]), store)).next("One");
  assertEquals(await session.next("Two").catch(({ code }) => code), "SESSION_ENDED");
  assertEquals([(await store.read("s"))?.lease, session.status], [undefined, "ended"]);
});

Deno.test("an input is sent again after a crash elsewhere, in a session opened before it", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const session = await open(agentOf([decide.respond("Done")]), store, { clock });
  const dying = dyingAtWrite(store, 1, false, ["append"]);
  const dead = await open(agentOf([decide.respond("Never")]), dying, { clock });
  await dead.next("Hi", { inputId: "1" }).catch(() => {});
  await clock.advance(60_000);
  const turn = await session.next("Hi", { inputId: "1" });
  assertEquals([turn.status, turn.response], ["waiting", "Done"]);
  assertEquals((await eventsOf(store)).map(({ type }) => type), ["user", "decision"]);
});

Deno.test("an input that was recorded although no reply came goes on when it is sent again", async () => {
  const store = memoryStore();
  let lost = 4;
  const losing = interceptAppends(store, async (_, write) => {
    const reply = await write();
    if (lost-- > 0) throw new StoreError("no reply", { isUnknown: true });
    return reply;
  });
  const session = await open(agentOf([decide.respond("Done")]), losing, { clock: impatientClock });
  const send = () => session.next("Hi", { inputId: "1" });
  assertEquals(await send().catch(({ code }) => code), "STORE_FAILED");
  assertEquals((await send()).response, "Done");
  assertEquals((await eventsOf(store)).map(({ type }) => type), ["user", "decision"]);
});

Deno.test("a turn that waits for another process can be aborted, and records nothing", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const session = await open(agentOf([]), store, { whenBusy: "wait", clock });
  await store.claim("s", { owner: "other", ttl: 1_000_000 });
  const controller = new AbortController();
  const turn = session.next("Hi", { signal: controller.signal });
  await clock.advance(1_000);
  controller.abort();
  assertEquals([(await turn).status, (await turn).input], ["interrupted", "Hi"]);
  assertEquals([await eventsOf(store), session.status], [[], "waiting"]);
});

Deno.test("an input that was recorded once is not recorded again after another process took over", async () => {
  for (const whenBusy of ["refuse", "wait", "interrupt"] as const) {
    for (const leavesLease of [true, false]) {
      const store = memoryStore();
      let claims = 0;
      const losing = interceptAppends(store, async ({ head }, write) => {
        const reply = await write();
        if (head > 0 || claims++ > 0) return reply;
        const taking = await store.claim("s", { owner: "other", ttl: 1_000, force: true });
        const [first] = await store.entries("s", { from: 0, limit: 1 });
        const entries = [{ ...first!, seq: 1, hash: "1" }];
        await store.append(taking!, { head: 1, entries, release: !leavesLease });
        throw new StoreError("no reply", { isUnknown: true });
      });
      const session = await open(agentOf([]), losing, { clock: impatientClock, whenBusy });
      assertEquals(await session.next("Hi").catch(({ code }) => code), "LEASE_LOST");
      assertEquals((await eventsOf(store)).length, 2);
      const { lease } = (await store.read("s"))!;
      assertEquals(lease?.owner, leavesLease && whenBusy !== "interrupt" ? "other" : undefined);
    }
  }
});

Deno.test("a turn whose last reply was lost is over, although another process began the next", async () => {
  const store = memoryStore();
  const other = await open(agentOf([decide.respond("2")]), store);
  let lost = 1;
  const losing = interceptAppends(store, async ({ release }, write) => {
    const reply = await write();
    if (!release || lost-- === 0) return reply;
    await other.next("Two");
    throw new StoreError("no reply", { isUnknown: true });
  });
  const session = await open(agentOf([decide.respond("1"), decide.respond("3")]), losing, {
    clock: impatientClock,
  });
  assertEquals((await session.next("One")).response, "1");
  assertEquals((await session.next("Three")).response, "3");
});

Deno.test("a session that was deleted and made anew takes no input of its former object", async () => {
  for (const length of [1, 2]) {
    const store = memoryStore();
    const script = Array.from({ length: 2 }, () => decide.respond("1"));
    const former = await open(agentOf(script, [], { ids: () => "former" }), store);
    await former.next("Old");
    await store.delete("s");
    assertEquals(await former.refresh().catch(({ code }) => code), "CONFLICT");
    const current = await open(agentOf(script, [], { ids: () => "current" }), store);
    for (let turn = 0; turn < length; turn++) await current.next("New");
    for (const use of [() => former.next("Next"), () => former.refresh(), () => former.fork()]) {
      await assertRejects(use, ConflictError, "another one was made with its id");
    }
    await store.verify("s");
    const { head, lease } = (await store.read("s"))!;
    assertEquals([head, lease], [2 * length, undefined]);
  }
});

Deno.test("a turn that a user stopped elsewhere stays stopped, although an earlier claim failed here", async () => {
  const store = memoryStore();
  let lost = 4;
  let refuse = () => {};
  const refused = new Promise<void>((resolve) => refuse = resolve);
  const claim: Store["claim"] = async (id, claim) => {
    if (lost-- > 0) throw new StoreError("no reply", { isUnknown: true });
    const claimed = await store.claim(id, claim);
    if (claimed === undefined) refuse();
    return claimed;
  };
  const losing = new Proxy(store, {
    get: (target, name) => name === "claim" ? claim : Reflect.get(target, name),
  });
  const session = await open(agentOf([]), losing, { clock: impatientClock, whenBusy: "wait" });
  const send = () => session.next("Hi", { inputId: "1" });
  assertEquals(await send().catch(({ code }) => code), "STORE_FAILED");
  let sent: ReturnType<typeof send> | undefined;
  const other = await open(
    agentOf([async () => {
      sent = send();
      await refused;
      return decide.call("a");
    }]),
    store,
  );
  const stopped = await other.next("Hi", { inputId: "1", stopAfter: "tool" });
  assertEquals([stopped.status, (await sent!).status], ["interrupted", "interrupted"]);
});
