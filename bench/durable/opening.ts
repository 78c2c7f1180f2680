/**
 * Time of opening a session, by the length of its history.
 *
 * @module
 */
import { systemClock } from "../../src/clock.ts";
import type { Store } from "../../src/store/store.ts";
import { StoredLog } from "../../src/store/stored_log.ts";
import { durableAgent, eventsOf, INPUT } from "./durable_agent.ts";
import { type Quantiles, quantilesOf } from "./durable_turns.ts";

/** Figures of one length. */
export interface OpeningTimes {
  /** The store. */
  readonly store: string;
  /** Number of events of the session. */
  readonly events: number;
  /** Time of opening, in milliseconds. */
  readonly opening: Quantiles;
  /** Time of the first turn, which reads the whole log, in milliseconds. */
  readonly firstTurn: number;
}

/** Events per commit while a long session is prepared. */
const BATCH = 1_000;
/** So many events at the end are committed one by one, as a turn does: most of them are behind the last snapshot. */
const TAIL = 120;

/**
 * Makes a session of each length, and opens each so often. They take turns, for a
 * machine is not equally busy all the time.
 */
export async function measureOpenings(
  store: Store,
  lengths: readonly number[],
  times: number,
): Promise<readonly OpeningTimes[]> {
  const agent = durableAgent();
  const run = crypto.randomUUID();
  const idOf = (events: number) => `opening/${run}/${events}`;
  for (const events of lengths) await fill(store, idOf(events), events);
  const openings = new Map(lengths.map((events) => [events, [] as number[]]));
  for (let time = 0; time < times; time++) {
    for (const [events, measured] of openings) {
      const start = performance.now();
      await agent.openSession(idOf(events), { store });
      measured.push(performance.now() - start);
    }
  }
  const found: OpeningTimes[] = [];
  for (const [events, measured] of openings) {
    const session = await agent.openSession(idOf(events), { store });
    const start = performance.now();
    await session.next(INPUT);
    const firstTurn = performance.now() - start;
    found.push({ store: store.name, events, opening: quantilesOf(measured), firstTurn });
  }
  return found;
}

/** Appends events through the log of a session, as turns do. */
export async function fill(store: Store, id: string, count: number): Promise<void> {
  const stored = await StoredLog.open(store, id, "talk", {
    whenBusy: "refuse",
    maxWait: 1,
    leaseTime: 60_000,
    clock: systemClock,
    random: Math.random,
    ids: () => crypto.randomUUID(),
    now: Date.now,
    migrateResult: undefined,
  });
  await stored.begin(undefined);
  const events = [...eventsOf(id, count)];
  const bulk = Math.max(0, count - TAIL);
  for (let at = 0; at < bulk; at += BATCH) {
    await stored.log.append(events.slice(at, Math.min(at + BATCH, bulk)));
  }
  for (const event of events.slice(bulk)) await stored.log.append([event]);
  await stored.end();
}
