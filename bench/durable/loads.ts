/**
 * Times of single calls to a store, with one session and with several at once.
 *
 * @module
 */
import type { Lease, Store } from "@nomos/agent/store";
import { type Quantiles, quantilesOf, repeat } from "./durable_turns.ts";

/** Work that is done again and again. */
interface Load {
  readonly name: string;
  /** Prepares a session and returns the work of one of several at once. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

/** Figures of one load. */
export interface LoadTimes {
  /** The store. */
  readonly store: string;
  /** The load. */
  readonly name: string;
  /** The number of sessions at once. */
  readonly atOnce: number;
  /** Calls of all of them in a second. */
  readonly perSecond: number;
  /** Time of a call, in milliseconds. */
  readonly call: Quantiles;
}

/** A body of about a kilobyte, as a decision with its reasoning has. */
const BODY = JSON.stringify({ type: "decision", reasoning: 'because "it" is so\n'.repeat(45) });

/** Entries of a session that is read. */
const READ_ENTRIES = 1_000;

/** Measures each load for some milliseconds, after a while of doing it unmeasured. */
export async function measureLoads(
  store: Store,
  atOnce: number,
  milliseconds: number,
): Promise<readonly LoadTimes[]> {
  const found: LoadTimes[] = [];
  for (const { name, prepare } of loadsOf(store)) {
    const jobs = await Promise.all(Array.from({ length: atOnce }, prepare));
    await repeat(jobs, milliseconds / 4);
    const { times, seconds } = await repeat(jobs, milliseconds);
    const perSecond = times.length / seconds;
    found.push({ store: store.name, name, atOnce, perSecond, call: quantilesOf(times) });
  }
  return found;
}

function loadsOf(store: Store): readonly Load[] {
  return [
    { name: "append 1 entry", prepare: async () => appending(store, await newSession(store), 1) },
    { name: "append 5 entries", prepare: async () => appending(store, await newSession(store), 5) },
    {
      name: "claim and release",
      prepare: async () => {
        const id = await newSession(store);
        let claims = 0;
        return async () => {
          const lease = await store.claim(id, { owner: `${++claims}`, ttl: 30_000 });
          await store.release(lease!);
        };
      },
    },
    {
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
    },
  ];
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
