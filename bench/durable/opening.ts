/**
 * Time to open a session and of its first turn, by the length of its log.
 *
 * @module
 */
import type { Session } from "@nomos/agent";
import { systemClock } from "../../src/clock.ts";
import { RunningTurn } from "../../src/history/running_turn.ts";
import type { Store } from "../../src/store/store.ts";
import { StoredLog } from "../../src/store/stored_log.ts";
import { makeDurableAgent, makeEvents } from "./durable_agent.ts";
import { type Quantiles, quantilesOf } from "./repeat.ts";
import { INPUT } from "./scenario.ts";

/** Figures of one length. */
export interface OpeningTimes {
  /** Name of the store. */
  readonly store: string;
  /** Number of events of the session. */
  readonly events: number;
  /** Time to open the session, in milliseconds. */
  readonly opening: Quantiles;
  /** Minima of several first turns, which read the log. */
  readonly firstTurn: TurnPauses;
}

/** Times of one turn, in milliseconds. */
export interface TurnPauses {
  /** Duration of the turn. */
  readonly turn: number;
  /** Longest time for which it blocked the event loop. */
  readonly pause: number;
}

/** Number of first turns after opening each session. */
const FIRST_TURNS = 3;
/** Number of events per commit while a session is prepared. */
const BATCH_LENGTH = 1_000;
/** Number of events at the end that are committed one by one, as in a turn. */
const TAIL_LENGTH = 120;

/**
 * Makes a session of each length, and opens each `times` times. Alternates between them,
 * because the load of the machine varies.
 */
export async function measureOpenings(
  store: Store,
  lengths: readonly number[],
  times: number,
): Promise<readonly OpeningTimes[]> {
  const agent = makeDurableAgent();
  const run = crypto.randomUUID();
  const idOf = (events: number) => `opening/${run}/${events}`;
  for (const events of lengths) await fillSession(store, idOf(events), events);
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
    let firstTurn = { turn: Infinity, pause: Infinity };
    for (let time = 0; time < FIRST_TURNS; time++) {
      const session = await agent.openSession(idOf(events), { store });
      const { turn, pause } = await timePauses(session);
      firstTurn = {
        turn: Math.min(firstTurn.turn, turn),
        pause: Math.min(firstTurn.pause, pause),
      };
    }
    found.push({ store: store.name, events, opening: quantilesOf(measured), firstTurn });
  }
  return found;
}

/** Plays a turn, while a timer finds out how long the event loop is blocked. */
export async function timePauses(session: Session): Promise<TurnPauses> {
  let pause = 0;
  let last = performance.now();
  const updatePause = () => {
    const now = performance.now();
    pause = Math.max(pause, now - last);
    last = now;
  };
  const timer = setInterval(updatePause, 1);
  const begun = last;
  await session.next(INPUT);
  const turn = performance.now() - begun;
  updatePause();
  clearInterval(timer);
  return { turn, pause };
}

/** Appends events through the log of a session, as turns do. */
export async function fillSession(store: Store, id: string, count: number): Promise<void> {
  const stored = await StoredLog.open(store, id, {
    whenBusy: "refuse",
    maxWait: 1,
    leaseTime: 60_000,
    clock: systemClock,
    random: Math.random,
    ids: () => crypto.randomUUID(),
    agent: "bench",
    graph: { start: "talk", steps: new Map() },
    now: Date.now,
    migrateResult: undefined,
    renamedSteps: new Map(),
  });
  const turn = new RunningTurn();
  const turns = stored.turns!;
  turns.enter(turn);
  await turns.begin(turn, () => Promise.resolve(true), false);
  const events = [...makeEvents({ id, incarnation: stored.incarnation }, count)];
  const bulk = Math.max(0, count - TAIL_LENGTH);
  for (let at = 0; at < bulk; at += BATCH_LENGTH) {
    await stored.log.append(events.slice(at, Math.min(at + BATCH_LENGTH, bulk)));
  }
  for (const event of events.slice(bulk)) await stored.log.append([event]);
  await turns.end();
  turn.end();
}
