import { ConfigError } from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import { assertEquals, assertThrows } from "@std/assert";

Deno.test("memoryStore() uses the given clock", async () => {
  const times = [1, 2, 5];
  const store: Store = memoryStore({ clock: () => times.shift()! });
  await store.create("a", { meta: "{}", hash: "00" });
  const lease = (await store.claim("a", { owner: "me", ttl: 10 }))!;
  await store.append(lease, { head: 0, entries: [{ seq: 0, body: "1", hash: "01" }] });
  const { createdAt, updatedAt } = (await store.read("a"))!;
  assertEquals([createdAt, updatedAt], [1, 5]);
});

Deno.test("memoryStore() rejects an invalid clock", () => {
  assertThrows(
    () => memoryStore({ clock: 5 as unknown as () => number }),
    ConfigError,
    "Cannot make a memory store with clock 5: expected a function",
  );
});
