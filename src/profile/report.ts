/**
 * The report of one measurement: the table that Python's profiler prints, and the figures above
 * it, as text or as JSON.
 *
 * @module
 */

import type { FunctionPlace } from "./function_place.ts";
import type { FunctionRow, Measurement, TimedRuns } from "./measurement.ts";
import {
  type ReportRow,
  reportRows,
  type RowSelection,
  type RowSum,
  type RowView,
  selectRows,
  sumOf,
} from "./report_rows.ts";
import type { ScenarioFigures, ScenarioSetting } from "./scenario.ts";
import { formatCount, formatNumber, formatPercent, formatTable, formatTime } from "./table.ts";

/** Figures of a report. Times are in microseconds and belong to one run. */
export interface ReportFigures extends ScenarioFigures, Omit<TimedRuns, "repetitions"> {
  /** The scenario. */
  readonly setting: ScenarioSetting;
  /** Number of function calls. */
  readonly calls: number;
  /** Wall time of a decision in a later run. */
  readonly perDecision: number;
  /** Source of the times: the repetitions of the run, their time and samples in all. */
  readonly sampling: {
    readonly repetitions: number;
    readonly sampled: number;
    readonly samples: number;
  };
}

/** A report as data: the figures, and every row in order. */
export interface ReportData extends ReportFigures {
  /** The rows that the filter keeps. */
  readonly rows: readonly RowData[];
  /** The sum of the rows that it hides. */
  readonly filtered: RowSum;
}

/** One row as data. */
export interface RowData extends SideData, Pick<ReportRow, "file">, Pick<FunctionPlace, "line"> {
  /** The function. */
  readonly function: string;
  /** Its own time in per cent of all. */
  readonly selfPercent: number;
}

/** Figures of a function as data. Times are in microseconds. */
export interface SideData extends Pick<FunctionRow, "self" | "cumulative"> {
  /** Number of calls; `null` for what cannot be counted. */
  readonly calls: number | null;
}

/** The note below every table. */
const NOTE =
  `Calls are exact, from a process of their own (- where V8 has no counter, as in native code);
an async function counts once, and its cumulative time is what ran while it was on the stack.`;

/**
 * The report as text, without a final newline.
 *
 * @param root The repository as a `file:` address that ends in a slash.
 */
export function formatReport(measurement: Measurement, view: RowView, root: string): string {
  const selection = selectRows(reportRows(measurement.rows, root), view);
  const all = sumOf(measurement.rows);
  return [
    formatHeading(figuresOf(measurement)),
    "",
    `Ordered by ${view.sort === "calls" ? "calls" : `${view.sort} time`}`,
    "",
    formatRows(selection.shown, all.self),
    "",
    formatSums(selection, view, all.self),
    NOTE,
  ].join("\n");
}

/** The setting in words: `10 iterations on a step with 1 tool: cache on, validation on, tools kept`. */
export function describeSetting(setting: ScenarioSetting): string {
  return `${formatNumber(setting.iterations, "iteration")} on a step with ` +
    `${formatNumber(setting.tools, "tool")}: cache ${setting.cache ? "on" : "off"}, ` +
    `validation ${setting.validate ? "on" : "off"}, ` +
    `tools ${setting.freshTools ? "made anew per session" : "kept"}`;
}

/**
 * Returns the report as data. No row is cut off.
 *
 * @param root The repository as a `file:` address that ends in a slash.
 */
export function reportData(measurement: Measurement, view: RowView, root: string): ReportData {
  const rows = reportRows(measurement.rows, root);
  const { shown, filtered } = selectRows(rows, { ...view, top: Infinity });
  const all = sumOf(rows).self;
  return {
    ...figuresOf(measurement),
    rows: shown.map(({ place, file, calls = null, self, cumulative }) => ({
      function: place.name,
      file,
      line: place.line,
      calls,
      self,
      selfPercent: all > 0 ? 100 * self / all : 0,
      cumulative,
    })),
    filtered: sumOf(filtered),
  };
}

/** Returns the figures that stand above the table. */
export function figuresOf(
  { setting, figures, times, sampled, rows }: Measurement,
): ReportFigures {
  const { cold, warm, repetitions } = times;
  return {
    setting,
    calls: sumOf(rows).calls,
    ...figures,
    cold,
    warm,
    perDecision: warm / figures.decisions,
    sampling: { repetitions, sampled: sampled.sampled, samples: sampled.samples },
  };
}

function formatHeading(figures: ReportFigures): string {
  const { repetitions, sampled, samples } = figures.sampling;
  return [
    describeSetting(figures.setting),
    `  ${formatNumber(figures.calls, "function call")} in ${formatTime(figures.warm)} warm, ` +
    `${formatTime(figures.cold)} cold; ${formatTime(figures.perDecision)} per decision ` +
    `(${formatNumber(figures.decisions, "decision")})`,
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
    ...rows.map(({ calls, self, cumulative, label }) => [
      calls === undefined ? "-" : formatCount(calls),
      ...cells(self, calls),
      ...cells(cumulative, calls),
      label,
    ]),
  ]);
}

function formatSums({ shown, below, filtered }: RowSelection, view: RowView, all: number): string {
  const sum = (name: string, some: readonly ReportRow[]): string => {
    const { rows, self, calls } = sumOf(some);
    return `${name}: ${formatNumber(rows, "row")} (${formatPercent(self, all)} % of the time, ` +
      `${formatNumber(calls, "call")})`;
  };
  const parts = [sum("Shown", shown)];
  if (below.length > 0) parts.push(sum("below --top", below));
  if (filtered.length > 0) parts.push(sum(`hidden by --filter "${view.filter}"`, filtered));
  return parts.join("; ");
}
