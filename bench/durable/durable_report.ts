/**
 * Report of the cost of durable sessions, and its budgets.
 *
 * @module
 */
import { formatRatio, formatValue } from "../report/format.ts";
import { type Table, toText } from "../report/table.ts";
import type { Quantiles, TurnTimes } from "./durable_turns.ts";
import type { OpeningTimes } from "./opening.ts";

/** Minimum number of durable turns per second, by store, on two cores. */
const MIN_TURNS: Readonly<Record<string, number>> = { sqlite: 150, postgres: 80 };
/** Number of concurrent sessions to which {@linkcode MIN_TURNS} applies. */
const BUDGETED_SESSIONS = 8;
/** Maximum time to open 100,000 events, as a multiple of that for 1,000. */
const MAX_GROWTH = 3;

/** Measured figures. */
export interface DurableFigures {
  readonly turns: readonly TurnTimes[];
  readonly openings: readonly OpeningTimes[];
}

/** Comparison of a figure with its budget. */
export interface Verdict {
  /** Name of the budget. */
  readonly name: string;
  readonly value: string;
  readonly budget: string;
  readonly isKept: boolean;
}

/** Compares the figures with their budgets. */
export function judge({ turns, openings }: DurableFigures): readonly Verdict[] {
  const budgeted = turns.filter(({ store, sessions }) =>
    MIN_TURNS[store] !== undefined && sessions === BUDGETED_SESSIONS
  );
  const longest = openings.filter(({ events }) => events === 100_000);
  return [
    ...budgeted.map(({ store, perSecond }) => ({
      name: `durable turns a second, ${store}, ${BUDGETED_SESSIONS} sessions`,
      value: perSecond.toFixed(0),
      budget: `≥ ${MIN_TURNS[store]}`,
      isKept: perSecond >= MIN_TURNS[store]!,
    })),
    ...longest.flatMap(({ store, opening }) => {
      const short = openings.find((one) => one.store === store && one.events === 1_000);
      if (short === undefined) return [];
      const growth = opening.p50 / short.opening.p50;
      return [{
        name: `opening 100,000 events, times 1,000, ${store}`,
        value: formatRatio(growth),
        budget: `≤ ${formatRatio(MAX_GROWTH)}`,
        isKept: growth <= MAX_GROWTH,
      }];
    }),
  ];
}

/** Formats the report. */
export function formatDurableReport(figures: DurableFigures): string {
  const { turns, openings } = figures;
  const tables: readonly Table[] = [
    {
      head: ["store, sessions", "turns/s", "CPU of a turn", "turn p50", "p99", "commit p50", "p99"],
      rows: turns.map(({ store, sessions, perSecond, cpu, turn, commit }) => [
        `${store}, ${sessions}`,
        perSecond.toFixed(0),
        formatTime(cpu),
        ...formatQuantiles(turn),
        ...formatQuantiles(commit),
      ]),
    },
    {
      head: ["store, events", "opening p50", "p99", "first turn"],
      rows: openings.map(({ store, events, opening, firstTurn }) => [
        `${store}, ${events.toLocaleString("en-US")}`,
        ...formatQuantiles(opening),
        formatTime(firstTurn),
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

function formatQuantiles(times: Quantiles | undefined): string[] {
  return times === undefined ? ["—", "—"] : [formatTime(times.p50), formatTime(times.p99)];
}

function formatTime(milliseconds: number): string {
  return formatValue(milliseconds, "ms");
}
