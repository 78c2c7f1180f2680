/**
 * Turns of reopened sessions, as a stateless server plays them, beside turns of open ones.
 *
 * @module
 */
import type { Session } from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import { type Spread, spreadOf } from "../figure.ts";
import { EVENTS_PER_TURN, makeDurableAgent } from "./durable_agent.ts";
import { fillSession } from "./opening.ts";
import { INPUT } from "./scenario.ts";

/** Figures of one length of history. */
export interface ColdTurnTimes {
  /** Name of the store. */
  readonly store: string;
  /** Number of turns before the measured ones. */
  readonly history: number;
  /** Time to open the session and play a turn, in milliseconds. */
  readonly cold: Spread;
  /** Time of the next turn of the same `Session` object, in milliseconds. */
  readonly warm: Spread;
}

/**
 * Measures both turns in `samples` sessions of each history, which grows by just these two.
 * Alternates between the histories, because the load of the machine varies.
 */
export async function measureColdTurns(
  store: Store,
  histories: readonly number[],
  samples: number,
): Promise<readonly ColdTurnTimes[]> {
  const agent = makeDurableAgent();
  const run = crypto.randomUUID();
  const measured = histories.map((history) => ({
    history,
    cold: [] as number[],
    warm: [] as number[],
  }));
  // The first sample only warms up.
  for (let sample = 0; sample <= samples; sample++) {
    for (const { history, cold, warm } of measured) {
      const id = `cold/${run}/${history}/${sample}`;
      await fillSession(store, id, history * EVENTS_PER_TURN);
      let session: Session | undefined;
      const coldTime = await time(async () => {
        session = await agent.openSession(id, { store });
        await session.next(INPUT);
      });
      const warmTime = await time(() => session!.next(INPUT));
      if (sample === 0) continue;
      cold.push(coldTime);
      warm.push(warmTime);
    }
  }
  return measured.map(({ history, cold, warm }) => {
    return { store: store.name, history, cold: spreadOf(cold), warm: spreadOf(warm) };
  });
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
