/**
 * Report of the cost of durable sessions, compared with the budgets.
 *
 * @module
 */
import { formatRatio, formatValue } from "../report/format.ts";
import { type Table, toText } from "../report/table.ts";
import type { Quantiles, TurnTimes } from "./durable_turns.ts";
import type { LoadTimes } from "./loads.ts";
import type { OpeningTimes } from "./opening.ts";

/** Turns a second that each store must make durable, with two cores. */
const LEAST_TURNS: Readonly<Record<string, number>> = { sqlite: 150, postgres: 80 };
/**
 * Number of concurrent sessions to which `LEAST_TURNS` applies, because a rate is a
 * property of a machine that serves several sessions. The times show the latency of one.
 */
const JUDGED_AT_ONCE = 8;
/** Limit of the time to open 100,000 events, as a multiple of that for 1,000. */
const MOST_GROWTH = 3;

/** Measured figures. */
export interface DurableFigures {
  readonly turns: readonly TurnTimes[];
  readonly loads: readonly LoadTimes[];
  readonly openings: readonly OpeningTimes[];
}

/** One budget and how it was kept. */
export interface Verdict {
  /** Name of the budget. */
  readonly name: string;
  readonly value: string;
  readonly budget: string;
  readonly isKept: boolean;
}

/** Holds the figures to their budgets. */
export function judge(
  { turns, openings }: Pick<DurableFigures, "turns" | "openings">,
): readonly Verdict[] {
  const speeds = turns.filter(({ store, atOnce }) =>
    LEAST_TURNS[store] !== undefined && atOnce === JUDGED_AT_ONCE
  );
  const longest = openings.filter(({ events }) => events === 100_000);
  return [
    ...speeds.map(({ store, perSecond }) => ({
      name: `durable turns a second, ${store}, ${JUDGED_AT_ONCE} sessions`,
      value: perSecond.toFixed(0),
      budget: `≥ ${LEAST_TURNS[store]}`,
      isKept: perSecond >= LEAST_TURNS[store]!,
    })),
    ...longest.flatMap(({ store, opening }) => {
      const short = openings.find((one) => one.store === store && one.events === 1_000);
      if (short === undefined) return [];
      const growth = opening.p50 / short.opening.p50;
      return [{
        name: `opening 100,000 events, times 1,000, ${store}`,
        value: formatRatio(growth),
        budget: `≤ ${formatRatio(MOST_GROWTH)}`,
        isKept: growth <= MOST_GROWTH,
      }];
    }),
  ];
}

/** The report. */
export function durableReport(figures: DurableFigures): string {
  const { turns, loads, openings } = figures;
  const tables: readonly Table[] = [
    {
      head: [
        "store, sessions at once",
        "turns/s",
        "CPU of a turn",
        "turn p50",
        "p99",
        "commit p50",
        "p99",
      ],
      rows: turns.map(({ store, atOnce, perSecond, cpu, turn, commit }) => [
        `${store}, ${atOnce}`,
        perSecond.toFixed(0),
        time(cpu),
        ...both(turn),
        ...both(commit),
      ]),
    },
    {
      head: ["store, call, sessions at once", "calls/s", "p50", "p99"],
      rows: loads.map(({ store, name, atOnce, perSecond, call }) => [
        `${store}, ${name}, ${atOnce}`,
        perSecond.toFixed(0),
        ...both(call),
      ]),
    },
    {
      head: ["store, events", "opening p50", "p99", "first turn then"],
      rows: openings.map(({ store, events, opening, firstTurn }) => [
        `${store}, ${events.toLocaleString("en-US")}`,
        ...both(opening),
        time(firstTurn),
      ]),
    },
    {
      head: ["budget", "measured", "allowed", ""],
      rows: judge(figures).map(({ name, value, budget, isKept }) => [
        name,
        value,
        budget,
        isKept ? "kept" : "MISSED",
      ]),
    },
  ];
  return `${tables.map(toText).join("\n\n")}\n`;
}

function both(times: Quantiles | undefined): string[] {
  return times === undefined ? ["—", "—"] : [time(times.p50), time(times.p99)];
}

function time(milliseconds: number): string {
  return formatValue(milliseconds, "ms");
}
