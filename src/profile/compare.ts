/**
 * Two measurements side by side: the same scenario before and after.
 *
 * @module
 */

import type { Measurement } from "./measurement.ts";
import { figuresOf, type ReportData, reportData, type SideData } from "./report.ts";
import { type ReportRow, reportRows, type RowView, sortFigure } from "./report_rows.ts";
import type { ScenarioSetting } from "./scenario.ts";
import { formatCount, formatNumber, formatTable, formatTime } from "./table.ts";

/** The two sides of a comparison. */
export interface Comparison {
  /** Cache off. */
  readonly before: Measurement;
  /** Cache on. */
  readonly after: Measurement;
}

/** Figures whose ratios a comparison has as data. */
const RATIOS = ["calls", "cold", "warm", "schemasBuilt"] as const;

/** A comparison as data. A ratio is before divided by after; `null` if after is 0. */
export interface ComparisonData extends Required<Pick<ScenarioSetting, "tools" | "library">> {
  /** The report of the cache off. */
  readonly before: ReportData;
  /** The report of the cache on. */
  readonly after: ReportData;
  /** Ratios of the figures in total. */
  readonly ratios: Readonly<Record<typeof RATIOS[number], number | null>>;
  /** The functions of both sides, ordered and filtered. */
  readonly rows: readonly {
    /** The function, as `file:line(function)`. */
    readonly label: string;
    /** Its figures before; `null` if it did not run. */
    readonly before: SideData | null;
    /** Its figures after; `null` if it did not run. */
    readonly after: SideData | null;
    /** Ratio of its cumulative times. */
    readonly ratio: number | null;
  }[];
}

/** One function on both sides; undefined on the side where it did not run. */
interface Pair {
  readonly label: string;
  readonly before: ReportRow | undefined;
  readonly after: ReportRow | undefined;
}

/** Rows of the first table: the figure, its name and its format. */
const TOTALS = [
  ["calls", "function calls", formatCount],
  ["warm", "wall time, warm", formatTime],
  ["cold", "wall time, cold", formatTime],
  ["perDecision", "per decision, warm", formatTime],
  ["schemasBuilt", "schemas built", formatCount],
  ["cacheHits", "cache hits", formatCount],
] as const;

/** Name of each figure in the head of the last column but one. */
const RATIO_OF = { cumulative: "cumtime", self: "tottime", calls: "ncalls" } as const;

/**
 * Formats a comparison as text, without a final newline.
 *
 * @param root The repository as a `file:` address that ends in a slash.
 */
export function formatComparison(comparison: Comparison, view: RowView, root: string): string {
  const { iterations, tools, library = "valibot", validate } = comparison.after.setting;
  const all = pairRows(comparison, view, root);
  const shown = all.slice(0, view.top);
  const below = all.length - shown.length;
  return [
    `${formatNumber(iterations, "iteration")} on a step with ${formatNumber(tools, "tool")} of ` +
    `${library}, made anew per session, validation ${validate ? "on" : "off"}: ` +
    "before with the cache off, after with the cache on",
    "",
    formatTotals(comparison),
    "",
    formatPairs(shown, view),
    "",
    `Shown: ${formatNumber(shown.length, "function")} by the larger side` +
    (below > 0 ? `; below --top: ${formatNumber(below, "function")}` : ""),
  ].join("\n");
}

/**
 * Returns a comparison as data.
 *
 * @param view Selects and orders the rows; none is cut off.
 * @param root The repository as a `file:` address that ends in a slash.
 */
export function comparisonData(
  comparison: Comparison,
  view: RowView,
  root: string,
): ComparisonData {
  const before = reportData(comparison.before, view, root);
  const after = reportData(comparison.after, view, root);
  const { tools, library = "valibot" } = comparison.after.setting;
  const ratios = RATIOS.map((name) => [name, ratio(before[name], after[name])]);
  return {
    tools,
    library,
    before,
    after,
    ratios: Object.fromEntries(ratios),
    rows: pairRows(comparison, view, root).map(({ label, before, after }) => ({
      label,
      before: sideData(before),
      after: sideData(after),
      ratio: ratio(before?.cumulative ?? 0, after?.cumulative ?? 0),
    })),
  };
}

function sideData(row: ReportRow | undefined): SideData | null {
  if (row === undefined) return null;
  const { calls = null, self, cumulative } = row;
  return { calls, self, cumulative };
}

function pairRows({ before, after }: Comparison, view: RowView, root: string): Pair[] {
  const earlier = new Map(reportRows(before.rows, root).map((row) => [row.label, row]));
  const later = new Map(reportRows(after.rows, root).map((row) => [row.label, row]));
  const figure = sortFigure(view.sort);
  const size = (pair: Pair) => Math.max(figure(pair.before), figure(pair.after));
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .map((label): Pair => ({ label, before: earlier.get(label), after: later.get(label) }))
    .filter((pair) => (pair.before ?? pair.after)!.file.includes(view.filter))
    .sort((a, b) => size(b) - size(a) || (a.label < b.label ? -1 : 1));
}

function formatTotals(comparison: Comparison): string {
  const before = figuresOf(comparison.before);
  const after = figuresOf(comparison.after);
  return formatTable([
    ["before", "after", "ratio", "in total"],
    ...TOTALS.map(([key, name, format]) => [
      format(before[key]),
      format(after[key]),
      formatRatio(before[key], after[key]),
      name,
    ]),
  ]);
}

function formatPairs(pairs: readonly Pair[], { sort }: RowView): string {
  const figure = sortFigure(sort);
  const heads = ["ncalls", "tottime µs", "cumtime µs"].flatMap((head) => [head, "after"]);
  return formatTable([
    [...heads, `${RATIO_OF[sort]} ratio`, "filename:lineno(function)"],
    ...pairs.map(({ label, before, after }) => {
      const cellsAfter = cellsOf(after);
      return [
        ...cellsOf(before).flatMap((cell, column) => [cell, cellsAfter[column]!]),
        formatRatio(figure(before), figure(after)),
        label,
      ];
    }),
  ]);
}

function cellsOf(row: ReportRow | undefined): string[] {
  if (row === undefined) return ["-", "-", "-"];
  const { calls, self, cumulative } = row;
  return [calls === undefined ? "-" : formatCount(calls), self.toFixed(1), cumulative.toFixed(1)];
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
