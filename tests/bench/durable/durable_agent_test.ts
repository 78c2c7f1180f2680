import { memoryStore } from "@nomos/agent/store";
import { assertEquals } from "@std/assert";
import { durableAgent, eventsOf, INPUT } from "../../../bench/durable/durable_agent.ts";
import { measureTurns } from "../../../bench/durable/durable_turns.ts";
import { measureLoads } from "../../../bench/durable/loads.ts";
import { measureOpenings } from "../../../bench/durable/opening.ts";

Deno.test("the measured turn has three model calls, two tools and eight events, as the made ones", async () => {
  const session = durableAgent().createSession({ id: "s" });
  const { events } = await session.next(INPUT);
  const made = [...eventsOf("s", 8)];
  const untimed = (all: readonly object[]) => all.map((event) => ({ ...event, time: 0 }));
  assertEquals(untimed(made), untimed(events));
  assertEquals(
    [...eventsOf("s", 19)].map(({ seq }) => seq),
    Array.from({ length: 19 }, (_, i) => i),
  );
});

Deno.test("measureTurns() times turns, and commits where there is a store", async () => {
  const { store, atOnce, perSecond, commit } = await measureTurns(memoryStore(), 2, 20);
  assertEquals([store, atOnce, perSecond > 0, commit !== undefined], ["memory", 2, true, true]);
  assertEquals((await measureTurns(undefined, 1, 20)).commit, undefined);
});

Deno.test("measureLoads() times appends, claims and reads", async () => {
  const found = await measureLoads(memoryStore(), 2, 8);
  assertEquals(found.map(({ name, perSecond }) => [name, perSecond > 0]), [
    ["append 1 entry", true],
    ["append 5 entries", true],
    ["claim and release", true],
    ["read, and 20 entries", true],
  ]);
});

Deno.test("measureOpenings() opens sessions of each length, most of their log behind a snapshot", async () => {
  const store = memoryStore();
  const found = await measureOpenings(store, [10, 300], 2);
  assertEquals(found.map(({ store, events }) => [store, events]), [["memory", 10], [
    "memory",
    300,
  ]]);
  const { sessions } = await store.list();
  // Each had a turn at the end; the short one ended in a call, which its turn closed.
  assertEquals(sessions.map(({ head }) => head).sort((a, b) => a - b), [19, 308]);
  const long = await store.read(sessions.find(({ head }) => head === 308)!.id);
  assertEquals(long?.snapshot?.head, 308);
});
