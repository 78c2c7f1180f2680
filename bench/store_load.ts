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
  readonly prepare: (worker: number) => Promise<() => Promise<unknown>>;
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

/** What sessions do with their store. Ids begin with `prefix`. */
export function storeLoads(store: Store, prefix: string): readonly Load[] {
  return [appends(store, prefix, 1), appends(store, prefix, 5), {
    name: "claim and release",
    prepare: async (worker) => {
      const id = `${prefix}claim-${worker}`;
      await store.create(id, { meta: "{}", hash: "00" });
      let claims = 0;
      return async () => {
        const lease = await store.claim(id, { owner: `${worker}-${++claims}`, ttl: 30_000 });
        await store.release(lease!);
      };
    },
  }];
}

function appends(store: Store, prefix: string, count: number): Load {
  return {
    name: `append ${count === 1 ? "1 entry" : `${count} entries`}`,
    prepare: async (worker) => {
      const id = `${prefix}append-${count}-${worker}-${crypto.randomUUID()}`;
      await store.create(id, { meta: "{}", hash: "00" });
      const lease: Lease = (await store.claim(id, { owner: id, ttl: 3_600_000 }))!;
      let head = 0;
      return async () => {
        const entries = Array.from({ length: count }, (_, index) => {
          return { seq: head + index, body: BODY, hash: "00".repeat(32) };
        });
        await store.append(lease, { head, entries });
        head += count;
      };
    },
  };
}

/** Does a load for some milliseconds, after a while of doing it unmeasured. */
export async function measureLoad(
  { name, prepare }: Load,
  workers: number,
  milliseconds: number,
): Promise<LoadTimes> {
  const jobs = await Promise.all(Array.from({ length: workers }, (_, worker) => prepare(worker)));
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
