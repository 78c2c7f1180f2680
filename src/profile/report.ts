/**
 * Report of a measurement, as text or JSON: figures, and a table like that of Python's profiler.
 *
 * @module
 */

import type { FunctionPlace } from "./function_place.ts";
import type { FunctionRow, Measurement, TimedRuns } from "./measurement.ts";
import {
  labelRows,
  type ReportRow,
  type RowSelection,
  type RowSum,
  type RowView,
  selectRows,
  sumRows,
} from "./report_rows.ts";
import type { ScenarioFigures, ScenarioSetting } from "./scenario.ts";
import { formatCount, formatNumber, formatPercent, formatTable, formatTime } from "./table.ts";

/** Figures of a report, for one run. Times are in microseconds. */
interface ReportFigures extends ScenarioFigures, Omit<TimedRuns, "repetitions"> {
  /** Setting of the scenario. */
  readonly setting: ScenarioSetting;
  /** Number of function calls. */
  readonly calls: number;
  /** Number of function calls that are not recursive. */
  readonly primitiveCalls: number;
  /** Rows without a counter: native code, the runtime, and what V8 does outside of functions. */
  readonly uncounted: Omit<RowSum, "calls">;
  /** Mean wall time of a decision in warm runs. */
  readonly perDecision: number;
  /** Size of the sample: the number of runs, their total time, and the number of samples. */
  readonly sampling: {
    readonly repetitions: number;
    readonly sampled: number;
    readonly samples: number;
  };
}

/** Report as JSON data: the figures, and all rows in order. */
export interface ReportData extends ReportFigures {
  /** Rows that match the filter. */
  readonly rows: readonly RowData[];
  /** Sum of the rows that the filter hides. */
  readonly filtered: RowSum;
}

/** Row of a report as JSON data. */
export interface RowData extends SideData, Pick<ReportRow, "file">, Pick<FunctionPlace, "line"> {
  /** Name of the function. */
  readonly function: string;
  /** Self time as a percentage of the total time. */
  readonly selfPercent: number;
}

/** Figures of a function as JSON data. Times are in microseconds. */
export interface SideData extends Pick<FunctionRow, "self" | "cumulative"> {
  /** Number of calls; `null` for functions without a counter, such as native code. */
  readonly calls: number | null;
  /** Number of calls that are not recursive; `null` if `calls` is. */
  readonly primitiveCalls: number | null;
}

/** Note below the table. */
const NOTE =
  `Calls are exact: a separate process counts them. 8/6 means 8 calls, 6 of them not recursive.
An async call counts once; its cumulative time excludes the time it is suspended.`;

/**
 * Formats a report as text, without a final newline.
 *
 * @param root `file:` URL of the repository, with a slash at the end.
 */
export function formatReport(measurement: Measurement, view: RowView, root: string): string {
  const selection = selectRows(labelRows(measurement.rows, root), view);
  const all = sumRows(measurement.rows);
  return [
    formatHeading(computeFigures(measurement)),
    "",
    `Ordered by ${view.sort === "calls" ? "calls" : `${view.sort} time`}`,
    "",
    formatRows(selection.shown, all.self),
    "",
    formatSums(selection, view, all.self),
    NOTE,
    formatUncounted(measurement.rows, all.self),
  ].join("\n");
}

/**
 * Describes a setting: `10 iterations on a step with 1 tool: cache on, validation on, tools
 * kept`.
 */
export function describeSetting(setting: ScenarioSetting): string {
  return `${formatNumber(setting.iterations, "iteration")} on a step with ` +
    `${formatNumber(setting.tools, "tool")}: cache ${setting.cache ? "on" : "off"}, ` +
    `validation ${setting.validate ? "on" : "off"}, ` +
    `tools ${setting.freshTools ? "made anew per session" : "kept"}`;
}

/**
 * Returns a report as JSON data.
 *
 * @param view Order and filter of the rows; `top` is ignored.
 * @param root `file:` URL of the repository, with a slash at the end.
 */
export function reportData(measurement: Measurement, view: RowView, root: string): ReportData {
  const rows = labelRows(measurement.rows, root);
  const { shown, filtered } = selectRows(rows, { ...view, top: Infinity });
  const all = sumRows(rows).self;
  return {
    ...computeFigures(measurement),
    rows: shown.map(({ place, file, calls = null, primitiveCalls = null, self, cumulative }) => ({
      function: place.name,
      file,
      line: place.line,
      calls,
      primitiveCalls,
      self,
      selfPercent: all > 0 ? 100 * self / all : 0,
      cumulative,
    })),
    filtered: sumRows(filtered),
  };
}

/** Computes the figures above the table. */
export function computeFigures(
  { setting, figures, times, sampled, rows }: Measurement,
): ReportFigures {
  const { repetitions, ...wallTimes } = times;
  const { rows: uncounted, self } = sumRows(rows.filter(isUncounted));
  return {
    setting,
    calls: sumRows(rows).calls,
    primitiveCalls: rows.reduce((sum, { primitiveCalls = 0 }) => sum + primitiveCalls, 0),
    uncounted: { rows: uncounted, self },
    ...figures,
    ...wallTimes,
    perDecision: times.warm / figures.decisions,
    sampling: { repetitions, sampled: sampled.sampled, samples: sampled.samples },
  };
}

function isUncounted({ calls }: FunctionRow): boolean {
  return calls === undefined;
}

function formatHeading(figures: ReportFigures): string {
  const { repetitions, sampled, samples } = figures.sampling;
  return [
    describeSetting(figures.setting),
    `  ${formatNumber(figures.calls, "function call")} ` +
    `(${formatNumber(figures.primitiveCalls, "primitive call")}) in ` +
    `${formatTime(figures.warm)} warm, ${formatTime(figures.cold)} cold; ` +
    `${formatTime(figures.perDecision)} per decision ` +
    `(${formatNumber(figures.decisions, "decision")})`,
    `  cold start: the first 30 decisions of a process in ${formatTime(figures.coldStart)}, ` +
    `${formatTime(figures.loading)} of it to load the modules of turns`,
    `  ${formatNumber(figures.schemasBuilt, "schema")} built, ` +
    formatNumber(figures.cacheHits, "cache hit"),
    `  repeated ${formatCount(repetitions)} times, ${formatTime(sampled)} sampled ` +
    `(${formatNumber(samples, "sample")}); times below are means of one run`,
  ].join("\n");
}

function formatRows(rows: readonly ReportRow[], all: number): string {
  const [unit, digits, size] = all < 10_000 ? ["µs", 1, 1] as const : ["ms", 3, 1e3] as const;
  const cells = (time: number, calls: number | undefined): string[] => [
    (time / size).toFixed(digits),
    formatPercent(time, all),
    calls === undefined ? "-" : (time / calls).toFixed(3),
  ];
  const heads = [`tottime ${unit}`, `cumtime ${unit}`].flatMap((head) => [head, "%", "percall µs"]);
  return formatTable([
    ["ncalls", ...heads, "filename:lineno(function)"],
    ...rows.map((row) => [
      formatCalls(row),
      ...cells(row.self, row.calls),
      // As in Python's profiler, recursive calls are part of the call that they are made in.
      ...cells(row.cumulative, row.primitiveCalls),
      row.label,
    ]),
  ]);
}

/** Formats the calls of a function, for example as `6`, as `8/6` with 2 recursive ones, or as `-`. */
export function formatCalls({ calls, primitiveCalls = 0 }: FunctionRow): string {
  if (calls === undefined) return "-";
  return calls === primitiveCalls
    ? formatCount(calls)
    : `${formatCount(calls)}/${formatCount(primitiveCalls)}`;
}

function formatUncounted(rows: readonly FunctionRow[], all: number): string {
  const uncounted = sumRows(rows.filter(isUncounted));
  return `Calls of native code are missing: ${formatNumber(uncounted.rows, "row")} marked - ` +
    `(${
      formatPercent(uncounted.self, all)
    } % of the time) have no counter. These are native code,\n` +
    "the runtime, constructors that no source has, garbage collection and V8 itself.";
}

function formatSums({ shown, below, filtered }: RowSelection, view: RowView, all: number): string {
  const sum = (name: string, some: readonly ReportRow[]): string => {
    const { rows, self, calls } = sumRows(some);
    return `${name}: ${formatNumber(rows, "row")} (${formatPercent(self, all)} % of the time, ` +
      `${formatNumber(calls, "call")})`;
  };
  const parts = [sum("Shown", shown)];
  if (below.length > 0) parts.push(sum("below --top", below));
  if (filtered.length > 0) parts.push(sum(`hidden by --filter "${view.filter}"`, filtered));
  return parts.join("; ");
}
