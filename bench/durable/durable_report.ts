/**
 * Report of the cost of durable sessions, and its budgets.
 *
 * @module
 */
import { formatRatio, formatValue } from "../report/format.ts";
import { type Table, toText } from "../report/table.ts";
import type { ColdTurnTimes } from "./cold_turns.ts";
import type { TurnCommits } from "./commits.ts";
import type { TurnTimes } from "./durable_turns.ts";
import type { OpeningTimes } from "./opening.ts";
import type { Quantiles } from "./repeat.ts";

/** Minimum number of durable turns per second, by store, on two cores. */
const MIN_TURNS: Readonly<Record<string, number>> = { sqlite: 150, postgres: 80 };
/** Number of concurrent sessions to which {@linkcode MIN_TURNS} applies. */
const BUDGETED_SESSIONS = 8;
/** Maximum number of commits of a turn. */
const MAX_COMMITS = 6;
/** Maximum time of a cold turn, as a multiple of a warm one. */
const MAX_COLD = 2;
/** Number of turns of history to which {@linkcode MAX_COLD} applies. */
const BUDGETED_HISTORY = 200;
/** Number of events to which the budgets of opening apply. */
const BUDGETED_EVENTS = 100_000;
/** Maximum time to open that many events, as a multiple of that for 1,000. */
const MAX_GROWTH = 3;
/** Maximum time of the first turn after that, and of its longest pause, in milliseconds. */
const MAX_FIRST_TURN = 700;
const MAX_PAUSE = 50;

/** Measured figures. */
export interface DurableFigures {
  readonly turns: readonly TurnTimes[];
  readonly commits: readonly TurnCommits[];
  readonly coldTurns: readonly ColdTurnTimes[];
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
export function judge(
  { turns, commits, coldTurns, openings }: DurableFigures,
): readonly Verdict[] {
  const budgeted = turns.filter(({ store, sessions }) =>
    isDurable(store) && sessions === BUDGETED_SESSIONS
  );
  const cold = coldTurns.filter(({ history }) => history === BUDGETED_HISTORY);
  const longest = openings.filter(({ events }) => events === BUDGETED_EVENTS);
  const long = `${BUDGETED_EVENTS.toLocaleString("en-US")} events`;
  return [
    ...budgeted.map(({ store, perSecond }) => ({
      name: `durable turns a second, ${store}, ${BUDGETED_SESSIONS} sessions`,
      value: perSecond.toFixed(0),
      budget: `≥ ${MIN_TURNS[store]}`,
      isKept: perSecond >= MIN_TURNS[store]!,
    })),
    ...commits.map(({ store, commits }) =>
      judgeMaximum(`commits of a turn, ${store}`, commits, MAX_COMMITS, String)
    ),
    ...cold.map((times) => {
      const name = `cold turn at ${BUDGETED_HISTORY} turns, times a warm one, ${times.store}`;
      return judgeMaximum(name, coldRatio(times), MAX_COLD, formatRatio);
    }),
    ...longest.flatMap(({ store, opening }) => {
      const short = openings.find((one) => one.store === store && one.events === 1_000);
      if (short === undefined) return [];
      const name = `opening ${long}, times 1,000, ${store}`;
      return [judgeMaximum(name, opening.p50 / short.opening.p50, MAX_GROWTH, formatRatio)];
    }),
    ...longest.filter(({ store }) => isDurable(store)).flatMap(({ store, firstTurn }) => {
      const name = `first turn after opening ${long}, ${store}`;
      return [
        judgeMaximum(name, firstTurn.turn, MAX_FIRST_TURN, formatTime),
        judgeMaximum(`longest pause of the ${name}`, firstTurn.pause, MAX_PAUSE, formatTime),
      ];
    }),
  ];
}

function isDurable(store: string): boolean {
  return MIN_TURNS[store] !== undefined;
}

function judgeMaximum(
  name: string,
  value: number,
  limit: number,
  format: (value: number) => string,
): Verdict {
  return { name, value: format(value), budget: `≤ ${format(limit)}`, isKept: value <= limit };
}

/** Compares the minima, because other load delays the disk at times. */
function coldRatio({ cold, warm }: ColdTurnTimes): number {
  return cold.minimum / warm.minimum;
}

/** Formats the report. */
export function formatDurableReport(figures: DurableFigures): string {
  const { turns, commits, coldTurns, openings } = figures;
  const tables: readonly Table[] = [
    {
      head: ["store, sessions", "turns/s", "CPU of a turn", "turn p50", "p99", "commit p50", "p99"],
      rows: turns.map(({ store, sessions, perSecond, cpu, turn, commit }) => [
        `${store}, ${sessions.toLocaleString("en-US")}`,
        perSecond.toFixed(0),
        formatTime(cpu),
        ...formatQuantiles(turn),
        ...formatQuantiles(commit),
      ]),
    },
    {
      head: ["store", "commits of a turn, each with a sync"],
      rows: commits.map(({ store, commits }) => [store, String(commits)]),
    },
    {
      head: [
        "store, turns of history",
        "warm turn",
        "median",
        "cold turn",
        "median",
        "cold/warm",
      ],
      rows: coldTurns.map((times) => [
        `${times.store}, ${times.history}`,
        ...[times.warm, times.cold].flatMap(({ minimum, median }) => [minimum, median]).map(
          formatTime,
        ),
        formatRatio(coldRatio(times)),
      ]),
    },
    {
      head: ["store, events", "opening p50", "p99", "first turn", "longest pause"],
      rows: openings.map(({ store, events, opening, firstTurn }) => [
        `${store}, ${events.toLocaleString("en-US")}`,
        ...formatQuantiles(opening),
        formatTime(firstTurn.turn),
        formatTime(firstTurn.pause),
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
