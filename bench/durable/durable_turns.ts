/**
 * Durable turns per second, and the time of a commit.
 *
 * @module
 */
import type { Session } from "@nomos/agent";
import { cpuUsage } from "node:process";
import type { Store } from "@nomos/agent/store";
import { type Intercept, interceptStore } from "../../scripts/chaos/intercept_store.ts";
import { durableAgent, INPUT } from "./durable_agent.ts";

/** Figures of one setting. */
export interface TurnTimes {
  /** The store; `"no store"` for sessions in memory. */
  readonly store: string;
  /** Number of concurrent sessions. */
  readonly atOnce: number;
  /** Turns of all of them in a second. */
  readonly perSecond: number;
  /** CPU time of a turn in this process, in milliseconds: nearly independent of other load. */
  readonly cpu: number;
  /** Time of a turn, in milliseconds. */
  readonly turn: Quantiles;
  /** Time of a commit, in milliseconds; undefined without a store. */
  readonly commit: Quantiles | undefined;
}

/** Half and a hundredth of all values are above these. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** After so many turns a new session is begun. */
const LONGEST_SESSION = 100;

/** Plays turns for some milliseconds, after a while of playing unmeasured. */
export async function measureTurns(
  store: Store | undefined,
  atOnce: number,
  milliseconds: number,
): Promise<TurnTimes> {
  const commits: number[] = [];
  const watched = store && interceptStore(store, timing("append", commits));
  const jobs = Array.from({ length: atOnce }, () => playingTurns(watched));
  await repeat(jobs, milliseconds / 4);
  commits.length = 0;
  const before = cpuUsage();
  const { times, seconds } = await repeat(jobs, milliseconds);
  const { user, system } = cpuUsage(before);
  return {
    store: store?.name ?? "no store",
    atOnce,
    perSecond: times.length / seconds,
    cpu: (user + system) / 1_000 / times.length,
    turn: quantilesOf(times),
    commit: store && quantilesOf(commits),
  };
}

/** The quantiles of some times. */
export function quantilesOf(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Does all jobs at once, each again and again, for some milliseconds; returns how long each took. */
export async function repeat(
  jobs: readonly (() => Promise<unknown>)[],
  milliseconds: number,
): Promise<{ readonly times: readonly number[]; readonly seconds: number }> {
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(jobs.map(async (job) => {
    for (let start = performance.now(); start < begun + milliseconds;) {
      await job();
      const now = performance.now();
      times.push(now - start);
      start = now;
    }
  }));
  return { times, seconds: (performance.now() - begun) / 1_000 };
}

function timing(name: string, times: number[]): Intercept {
  return async (method, call) => {
    if (method !== name) return await call();
    const start = performance.now();
    const result = await call();
    times.push(performance.now() - start);
    return result;
  };
}

/** Plays a turn each time it is called, in one session after the other. */
function playingTurns(store: Store | undefined): () => Promise<unknown> {
  const agent = durableAgent();
  let session: Session | undefined;
  let played = 0;
  return async () => {
    if (session === undefined || played++ % LONGEST_SESSION === 0) {
      session = store === undefined
        ? agent.createSession()
        : await agent.openSession(`turns/${crypto.randomUUID()}`, { store });
    }
    await session.next(INPUT);
  };
}
