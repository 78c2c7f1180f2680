/**
 * Durable turns per second, and the latency of turns and commits.
 *
 * @module
 */
import type { Session } from "@nomos/agent";
import { cpuUsage } from "node:process";
import type { Store } from "@nomos/agent/store";
import { type Intercept, interceptStore } from "../../scripts/chaos/intercept_store.ts";
import { makeDurableAgent } from "./durable_agent.ts";
import { type Quantiles, quantilesOf, repeat } from "./repeat.ts";
import { INPUT } from "./scenario.ts";

/** Figures of one setting. */
export interface TurnTimes {
  /** Name of the store; `"no store"` for sessions without one. */
  readonly store: string;
  /** Number of concurrent sessions. */
  readonly sessions: number;
  /** Number of turns per second, of all sessions together. */
  readonly perSecond: number;
  /** CPU time of a turn in this process, in milliseconds. Other load hardly affects it. */
  readonly cpu: number;
  /** Time of a turn, in milliseconds. */
  readonly turn: Quantiles;
  /** Time of a commit, in milliseconds; undefined without a store. */
  readonly commit: Quantiles | undefined;
}

/** Maximum number of turns of a session. */
const MAX_TURNS = 100;

/** Plays turns for `milliseconds`, after a quarter of that time unmeasured. */
export async function measureTurns(
  store: Store | undefined,
  sessions: number,
  milliseconds: number,
): Promise<TurnTimes> {
  const commits: number[] = [];
  const timed = store && interceptStore(store, timeAppends(commits));
  const jobs = Array.from({ length: sessions }, () => makePlayer(timed));
  await repeat(jobs, milliseconds / 4);
  commits.length = 0;
  const before = cpuUsage();
  const { times, seconds } = await repeat(jobs, milliseconds);
  const { user, system } = cpuUsage(before);
  return {
    store: store?.name ?? "no store",
    sessions,
    perSecond: times.length / seconds,
    cpu: (user + system) / 1_000 / times.length,
    turn: quantilesOf(times),
    commit: store && quantilesOf(commits),
  };
}

function timeAppends(times: number[]): Intercept {
  return async (method, call) => {
    if (method !== "append") return await call();
    const start = performance.now();
    const result = await call();
    times.push(performance.now() - start);
    return result;
  };
}

/** Returns a function that plays the next turn, in one session after another. */
function makePlayer(store: Store | undefined): () => Promise<unknown> {
  const agent = makeDurableAgent();
  let session: Session | undefined;
  let played = 0;
  return async () => {
    if (session === undefined || played++ % MAX_TURNS === 0) {
      session = store === undefined
        ? agent.createSession()
        : await agent.openSession(`turns/${crypto.randomUUID()}`, { store });
    }
    await session.next(INPUT);
  };
}
