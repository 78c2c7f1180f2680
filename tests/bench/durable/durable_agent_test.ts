import { memoryStore } from "@nomos/agent/store";
import { assertEquals } from "@std/assert";
import { INPUT, makeDurableAgent, makeEvents } from "../../../bench/durable/durable_agent.ts";
import { measureTurns } from "../../../bench/durable/durable_turns.ts";
import { measureOpenings } from "../../../bench/durable/opening.ts";

Deno.test("makeEvents() makes the eight events that a measured turn has", async () => {
  const session = makeDurableAgent().createSession({ id: "s" });
  const { events } = await session.next(INPUT);
  const { incarnation } = session.state;
  const made = [...makeEvents({ id: "s", incarnation }, 8)];
  const untimed = (all: readonly object[]) => all.map((event) => ({ ...event, time: 0 }));
  assertEquals(untimed(made), untimed(events));
  assertEquals(
    [...makeEvents({ id: "s", incarnation }, 19)].map(({ seq }) => seq),
    Array.from({ length: 19 }, (_, i) => i),
  );
});

Deno.test("measureTurns() times turns, and commits if there is a store", async () => {
  const { store, sessions, perSecond, commit } = await measureTurns(memoryStore(), 2, 20);
  assertEquals([store, sessions, perSecond > 0, commit !== undefined], ["memory", 2, true, true]);
  assertEquals((await measureTurns(undefined, 1, 20)).commit, undefined);
});

Deno.test("measureOpenings() opens sessions of each length, which have a snapshot", async () => {
  const store = memoryStore();
  const found = await measureOpenings(store, [10, 300], 2);
  assertEquals(found.map(({ store, events }) => [store, events]), [["memory", 10], [
    "memory",
    300,
  ]]);
  const { sessions } = await store.list();
  // Each has one more turn; in the short session, it first finishes an open call.
  assertEquals(sessions.map(({ head }) => head).sort((a, b) => a - b), [19, 308]);
  const long = await store.read(sessions.find(({ head }) => head === 308)!.id);
  assertEquals(long?.snapshot?.head, 308);
});
