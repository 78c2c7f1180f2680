/**
 * How many turns a second can be made durable, and what a commit takes.
 *
 * @module
 */
import type { Session } from "@nomos/agent";
import { cpuUsage } from "node:process";
import type { Store } from "@nomos/agent/store";
import { type Intercept, InterceptedStore } from "../../scripts/chaos/intercepted_store.ts";
import { durableAgent, INPUT } from "./durable_agent.ts";

/** Figures of one setting. */
export interface TurnTimes {
  /** The store; `"no store"` for sessions in memory. */
  readonly store: string;
  /** How many sessions had turns at the same time. */
  readonly atOnce: number;
  /** Turns of all of them in a second. */
  readonly perSecond: number;
  /** How long this process computed for a turn, in milliseconds: it hardly depends on how busy the machine is. */
  readonly cpu: number;
  /** How long a turn took, in milliseconds. */
  readonly turn: Quantiles;
  /** How long a commit took, in milliseconds; undefined without a store. */
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
  const watched = store && new InterceptedStore(store, timing("append", commits));
  await playTurns(watched, atOnce, milliseconds / 4);
  commits.length = 0;
  const before = cpuUsage();
  const start = performance.now();
  const turns = await playTurns(watched, atOnce, milliseconds);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = cpuUsage(before);
  return {
    store: store?.name ?? "no store",
    atOnce,
    perSecond: turns.length / seconds,
    cpu: (user + system) / 1_000 / turns.length,
    turn: quantilesOf(turns),
    commit: store && quantilesOf(commits),
  };
}

/** The quantiles of some times. */
export function quantilesOf(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!;
  return { p50: at(0.5), p99: at(0.99) };
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

async function playTurns(
  store: Store | undefined,
  atOnce: number,
  milliseconds: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    const agent = durableAgent();
    let session: Session | undefined;
    for (let played = 0, start = performance.now(); start < end; played++) {
      if (session === undefined || played % LONGEST_SESSION === 0) {
        session = store === undefined
          ? agent.createSession()
          : await agent.openSession(`turns/${crypto.randomUUID()}`, { store });
      }
      await session.next(INPUT);
      const now = performance.now();
      times.push(now - start);
      start = now;
    }
  }));
  return times;
}
