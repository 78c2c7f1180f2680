/**
 * Two measurements side by side: the same scenario before and after.
 *
 * @module
 */

import type { Measurement } from "./measurement.ts";
import { type ReportData, reportData } from "./report.ts";
import { type ReportRow, reportRows, type RowView, sortFigure } from "./report_rows.ts";
import { formatCount, formatNumber, formatTable, formatTime } from "./table.ts";

/** The two sides of a comparison. */
export interface Comparison {
  /** Cache off. */
  readonly before: Measurement;
  /** Cache on. */
  readonly after: Measurement;
}

/** A comparison as data. */
export interface ComparisonData {
  /** How many tools the step has. */
  readonly tools: number;
  /** The report of the cache off. */
  readonly before: ReportData;
  /** The report of the cache on. */
  readonly after: ReportData;
  /** Before divided by after, in total; `null` when after is nothing. */
  readonly ratios: {
    /** Of the function calls. */
    readonly calls: number | null;
    /** Of the wall time of the first run. */
    readonly cold: number | null;
    /** Of the wall time of a later run. */
    readonly warm: number | null;
    /** Of the schemas built. */
    readonly schemasBuilt: number | null;
  };
  /** The functions of both sides, ordered and filtered. */
  readonly rows: readonly {
    /** The function, as `file:line(function)`. */
    readonly label: string;
    /** Its figures before; `null` when it did not run. */
    readonly before: SideData | null;
    /** Its figures after; `null` when it did not run. */
    readonly after: SideData | null;
    /** The cumulative time before divided by that after; `null` when after is nothing. */
    readonly ratio: number | null;
  }[];
}

/** The figures of a function on one side. */
export interface SideData {
  /** Its calls; `null` for what cannot be counted. */
  readonly calls: number | null;
  /** Its own time in microseconds. */
  readonly self: number;
  /** Its time with what it called, in microseconds. */
  readonly cumulative: number;
}

/** The head of the last column. */
const LABEL = "filename:lineno(function)";

/** One function on both sides. */
interface Pair {
  readonly label: string;
  readonly before: ReportRow | undefined;
  readonly after: ReportRow | undefined;
}

/**
 * A comparison as text.
 *
 * @param comparison The two sides.
 * @param view Which rows to show.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns Lines without a final newline.
 */
export function formatComparison(
  comparison: Comparison,
  view: RowView,
  root: string,
): string {
  const { setting } = comparison.after;
  const all = pairRows(comparison, view, root);
  const shown = all.slice(0, view.top);
  const more = all.length > shown.length
    ? `; below --top: ${formatNumber(all.length - shown.length, "function")}`
    : "";
  return [
    `${formatNumber(setting.iterations, "iteration")} on a step with ` +
    `${formatNumber(setting.tools, "tool")}, tools made anew per session, validation ` +
    `${setting.validate ? "on" : "off"}: before with the cache off, after with the cache on`,
    "",
    formatTotals(
      reportData(comparison.before, view, root),
      reportData(comparison.after, view, root),
    ),
    "",
    formatPairs(shown, view),
    "",
    `Shown: ${formatNumber(shown.length, "function")} by the larger side${more}`,
  ].join("\n");
}

/**
 * A comparison as data.
 *
 * @param comparison The two sides.
 * @param view Which rows, and in which order; none is cut off.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns The data.
 */
export function comparisonData(
  comparison: Comparison,
  view: RowView,
  root: string,
): ComparisonData {
  const before = reportData(comparison.before, view, root);
  const after = reportData(comparison.after, view, root);
  return {
    tools: comparison.after.setting.tools,
    before,
    after,
    ratios: {
      calls: ratio(before.calls, after.calls),
      cold: ratio(before.cold, after.cold),
      warm: ratio(before.warm, after.warm),
      schemasBuilt: ratio(before.schemasBuilt, after.schemasBuilt),
    },
    rows: pairRows(comparison, view, root).map((pair) => ({
      label: pair.label,
      before: sideData(pair.before),
      after: sideData(pair.after),
      ratio: ratio(pair.before?.cumulative ?? 0, pair.after?.cumulative ?? 0),
    })),
  };
}

function sideData(row: ReportRow | undefined): SideData | null {
  if (row === undefined) return null;
  return { calls: row.calls ?? null, self: row.self, cumulative: row.cumulative };
}

function pairRows({ before, after }: Comparison, view: RowView, root: string): Pair[] {
  const earlier = new Map(reportRows(before.rows, root).map((row) => [row.label, row]));
  const later = new Map(reportRows(after.rows, root).map((row) => [row.label, row]));
  const figure = sortFigure(view.sort);
  const size = (pair: Pair): number =>
    Math.max(...[pair.before, pair.after].map((row) => row === undefined ? 0 : figure(row)));
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .map((label): Pair => ({ label, before: earlier.get(label), after: later.get(label) }))
    .filter((pair) => (pair.before ?? pair.after)!.file.includes(view.filter))
    .sort((a, b) => size(b) - size(a) || (a.label < b.label ? -1 : 1));
}

function formatTotals(before: ReportData, after: ReportData): string {
  const count = (name: string, key: "calls" | "schemasBuilt" | "cacheHits"): string[] => [
    formatCount(before[key]),
    formatCount(after[key]),
    formatRatio(before[key], after[key]),
    name,
  ];
  const time = (name: string, key: "warm" | "cold" | "perDecision"): string[] => [
    formatTime(before[key]),
    formatTime(after[key]),
    formatRatio(before[key], after[key]),
    name,
  ];
  return formatTable([
    ["before", "after", "ratio", "in total"],
    count("function calls", "calls"),
    time("wall time, warm", "warm"),
    time("wall time, cold", "cold"),
    time("per decision, warm", "perDecision"),
    count("schemas built", "schemasBuilt"),
    count("cache hits", "cacheHits"),
  ]);
}

function formatPairs(pairs: readonly Pair[], { sort }: RowView): string {
  const figure = sortFigure(sort);
  const calls = (row: ReportRow | undefined): string =>
    row?.calls === undefined ? "-" : formatCount(row.calls);
  const time = (row: ReportRow | undefined, key: "self" | "cumulative"): string =>
    row === undefined ? "-" : row[key].toFixed(1);
  const value = (row: ReportRow | undefined): number =>
    row === undefined ? 0 : Math.max(0, figure(row));
  const ratioOf = { cumulative: "cumtime", self: "tottime", calls: "ncalls" }[sort];
  return formatTable([
    ["ncalls", "after", "tottime µs", "after", "cumtime µs", "after", `${ratioOf} ratio`, LABEL],
    ...pairs.map(({ label, before, after }) => [
      calls(before),
      calls(after),
      time(before, "self"),
      time(after, "self"),
      time(before, "cumulative"),
      time(after, "cumulative"),
      formatRatio(value(before), value(after)),
      label,
    ]),
  ]);
}

function ratio(before: number, after: number): number | null {
  return after > 0 ? before / after : null;
}

function formatRatio(before: number, after: number): string {
  if (after === 0) return before === 0 ? "-" : "gone";
  if (before === 0) return "new";
  const value = before / after;
  return `${value.toFixed(value < 10 ? 2 : 1)}x`;
}
