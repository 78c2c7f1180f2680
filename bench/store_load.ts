/**
 * How long a store takes, with one session at a time and with several at once.
 *
 * @module
 */
import type { Lease, Store } from "../src/store/store.ts";
import { formatValue } from "./report/format.ts";
import type { Table } from "./report/table.ts";

/** What is done again and again. */
export interface Load {
  /** What it is. */
  readonly name: string;
  /** Makes ready, and gives what is to be done by one of several at once. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

/** How long one load took. */
export interface LoadTimes {
  /** The load. */
  readonly name: string;
  /** How many did it at once. */
  readonly workers: number;
  /** Half of the times were shorter, in milliseconds. */
  readonly p50: number;
  /** A hundredth of the times were longer, in milliseconds. */
  readonly p99: number;
  /** How often it was done in a second, by all together. */
  readonly perSecond: number;
}

/** A body of about a kilobyte, as a decision with its reasoning has. */
export const BODY: string = JSON.stringify({
  type: "decision",
  reasoning: 'because "it" is so\n'.repeat(45),
});

/** How many entries a session has that is read. */
const READ_ENTRIES = 1_000;

/** What sessions do with their store, each worker with a session of its own. */
export function storeLoads(store: Store): readonly Load[] {
  return [appends(store, 1), appends(store, 5), {
    name: "claim and release",
    prepare: async () => {
      const id = await newSession(store);
      let claims = 0;
      return async () => {
        const lease = await store.claim(id, { owner: `${++claims}`, ttl: 30_000 });
        await store.release(lease!);
      };
    },
  }, {
    name: "read, and 20 entries",
    prepare: async () => {
      const id = await newSession(store);
      await (await appending(store, id, READ_ENTRIES))();
      let reads = 0;
      return async () => {
        await store.read(id);
        await store.entries(id, { from: reads++ % (READ_ENTRIES - 20), limit: 20 });
      };
    },
  }];
}

function appends(store: Store, count: number): Load {
  return {
    name: `append ${count === 1 ? "1 entry" : `${count} entries`}`,
    prepare: async () => appending(store, await newSession(store), count),
  };
}

async function newSession(store: Store): Promise<string> {
  const id = crypto.randomUUID();
  await store.create(id, { meta: "{}", hash: "00" });
  return id;
}

async function appending(store: Store, id: string, count: number): Promise<() => Promise<void>> {
  const lease: Lease = (await store.claim(id, { owner: id, ttl: 3_600_000 }))!;
  let head = 0;
  return async () => {
    const entries = Array.from({ length: count }, (_, index) => {
      return { seq: head + index, body: BODY, hash: "00".repeat(32) };
    });
    await store.append(lease, { head, entries });
    head += count;
  };
}

/** Does each load with each number of workers, one after the other. */
export async function measureLoads(
  loads: readonly Load[],
  workers: readonly number[],
  milliseconds: number,
): Promise<LoadTimes[]> {
  const times: LoadTimes[] = [];
  for (const atOnce of workers) {
    for (const load of loads) times.push(await measureLoad(load, atOnce, milliseconds));
  }
  return times;
}

/** Does a load for some milliseconds, after a while of doing it unmeasured. */
async function measureLoad(
  { name, prepare }: Load,
  workers: number,
  milliseconds: number,
): Promise<LoadTimes> {
  const jobs = await Promise.all(Array.from({ length: workers }, prepare));
  await repeat(jobs, milliseconds / 4);
  const start = performance.now();
  const times = (await repeat(jobs, milliseconds)).sort((a, b) => a - b);
  const seconds = (performance.now() - start) / 1_000;
  const quantile = (part: number) => times[Math.floor((times.length - 1) * part)]!;
  const perSecond = times.length / seconds;
  return { name, workers, p50: quantile(0.5), p99: quantile(0.99), perSecond };
}

async function repeat(jobs: readonly (() => Promise<unknown>)[], milliseconds: number) {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  await Promise.all(jobs.map(async (job) => {
    for (let start = performance.now(); start < end;) {
      await job();
      const now = performance.now();
      times.push(now - start);
      start = now;
    }
  }));
  return times;
}

/** The times as a table. */
export function loadTable(all: readonly LoadTimes[]): Table {
  return {
    head: ["what", "at once", "p50", "p99", "per second"],
    rows: all.map(({ name, workers, p50, p99, perSecond }) => [
      name,
      String(workers),
      formatValue(p50, "ms"),
      formatValue(p99, "ms"),
      perSecond.toFixed(0),
    ]),
  };
}
