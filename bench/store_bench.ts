/**
 * How long the methods of the stores take, one call after the other, and how much
 * many writers get done at once:
 * `deno run --allow-read --allow-write bench/store_bench.ts`.
 *
 * It is a program and not a `Deno.bench`: that gives no median, and the other
 * benchmarks run without the permissions that a file needs.
 *
 * @module
 */
import { memoryStore, type Store, type StoredEntry } from "@nomos/agent/store";
import { sqliteStore } from "@nomos/agent/sqlite";
import { formatValue } from "./report/format.ts";
import { type Table, toText } from "./report/table.ts";

/** How often each method is called. */
const CALLS = 2_000;
const WARM_UP = 200;
/** How many writers there are at once, each with a session of its own. */
const WRITERS = 32;
/** How long an event is about. */
const BODY = JSON.stringify({ type: "decision", text: "x".repeat(400) });

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  try {
    const rows = [
      ...await measureStore(memoryStore()),
      ...await measureStore(await sqliteStore(`${folder}/agent.db`)),
    ];
    console.log(toText({ head: ["call", "p50", "p99", "a second"], rows }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measureStore(store: Store): Promise<Table["rows"]> {
  const one = await leased(store, "one");
  const five = await leased(store, "five");
  const rows = [
    await measure("append of 1 entry", (call) => store.append(one, appended(call, 1))),
    await measure("append of 5 entries", (call) => store.append(five, appended(5 * call, 5))),
    await measure("claim and release", async (call) => {
      const lease = await store.claim("free", { owner: `${call}`, ttl: 30_000 });
      await store.release(lease!);
    }),
    await measure("read, and 20 entries", async (call) => {
      await store.read("one");
      await store.entries("one", { from: call % 1_000, limit: 20 });
    }),
    await measureWriters(store),
  ];
  await store.close();
  return rows.map(([call = "", ...figures]) => [`${store.name}: ${call}`, ...figures]);
}

async function measure(name: string, run: (call: number) => Promise<unknown>): Promise<string[]> {
  const times: number[] = [];
  for (let call = 0; call < WARM_UP + CALLS; call++) {
    const from = performance.now();
    await run(call);
    if (call >= WARM_UP) times.push(performance.now() - from);
  }
  return rowOf(name, times, times.reduce((sum, time) => sum + time, 0));
}

async function measureWriters(store: Store): Promise<string[]> {
  const leases = await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => leased(store, `writer ${writer}`)),
  );
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(leases.map(async (lease) => {
    for (let call = 0; call < CALLS / 10; call++) {
      const from = performance.now();
      await store.append(lease, appended(call, 1));
      times.push(performance.now() - from);
    }
  }));
  return rowOf(`append of 1 entry, ${WRITERS} writers`, times, performance.now() - begun);
}

async function leased(store: Store, id: string) {
  for (const created of [id, "free"]) {
    if (await store.read(created) === undefined) {
      await store.create(created, { meta: "{}", hash: "00" });
    }
  }
  return (await store.claim(id, { owner: id, ttl: 3_600_000 }))!;
}

function appended(head: number, count: number) {
  const entries = Array.from({ length: count }, (_, index): StoredEntry => {
    return { seq: head + index, body: BODY, hash: "0".repeat(64) };
  });
  return { head, entries };
}

function rowOf(name: string, times: number[], total: number): string[] {
  times.sort((a, b) => a - b);
  const at = (part: number) => formatValue(times[Math.floor(part * times.length)]!, "ms");
  return [name, at(0.5), at(0.99), Math.round(1_000 * times.length / total).toLocaleString("en")];
}
