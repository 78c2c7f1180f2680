/**
 * Comparison of two measurements: the same scenario with the schema cache off and on.
 *
 * @module
 */

import {
  formatCount,
  formatNumber,
  formatTable,
  formatTime,
} from "../../src/profile/draw/table.ts";
import {
  formatCalls,
  type FunctionFigures,
  functionFigures,
} from "../../src/profile/functions/function_table.ts";
import {
  labelRows,
  makeFigureReader,
  type ReportRow,
  type RowView,
} from "../../src/profile/functions/report_rows.ts";
import type { Measurement } from "./measurement.ts";
import { computeFigures, type ReportData, reportData } from "./report.ts";
import type { ScenarioSetting } from "./scenario.ts";

/** Two measurements to compare. */
export interface Comparison {
  /** Measurement with the cache off. */
  readonly before: Measurement;
  /** Measurement with the cache on. */
  readonly after: Measurement;
}

/** Figures with a ratio in {@linkcode ComparisonData}. */
const RATIOS = ["calls", "cold", "warm", "schemasBuilt"] as const;

/** Comparison as JSON data. Ratios are before divided by after, or `null` if after is 0. */
interface ComparisonData extends Required<Pick<ScenarioSetting, "tools" | "library">> {
  /** Report with the cache off. */
  readonly before: ReportData;
  /** Report with the cache on. */
  readonly after: ReportData;
  /** Ratios of the total figures. */
  readonly ratios: Readonly<Record<typeof RATIOS[number], number | null>>;
  /** Functions of both measurements, ordered and filtered. */
  readonly rows: readonly {
    /** Function, as `file:line(function)`. */
    readonly label: string;
    /** Figures before; `null` if the function did not run. */
    readonly before: FunctionFigures | null;
    /** Figures after; `null` if the function did not run. */
    readonly after: FunctionFigures | null;
    /** Ratio of the cumulative times. */
    readonly ratio: number | null;
  }[];
}

/** Rows of one function in both measurements; undefined where it did not run. */
interface Pair {
  readonly label: string;
  readonly before: ReportRow | undefined;
  readonly after: ReportRow | undefined;
}

/** Rows of the table of totals: the figure, its name and its format. */
const TOTALS = [
  ["calls", "function calls", formatCount],
  ["primitiveCalls", "primitive calls", formatCount],
  ["warm", "wall time, warm", formatTime],
  ["cold", "wall time, cold", formatTime],
  ["coldStart", "cold start (30 decisions)", formatTime],
  ["perDecision", "per decision, warm", formatTime],
  ["schemasBuilt", "schemas built", formatCount],
  ["cacheHits", "cache hits", formatCount],
] as const;

/** Name of each figure in the header of the ratio column. */
const RATIO_OF = { cumulative: "cumtime", self: "tottime", calls: "ncalls" } as const;

/**
 * Formats a comparison as text, without a final newline.
 *
 * @param root `file:` URL of the repository, with a slash at the end.
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
 * Returns a comparison as JSON data.
 *
 * @param view Order and filter of the rows; `top` is ignored.
 * @param root `file:` URL of the repository, with a slash at the end.
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
      before: before === undefined ? null : functionFigures(before),
      after: after === undefined ? null : functionFigures(after),
      ratio: ratio(before?.cumulative ?? 0, after?.cumulative ?? 0),
    })),
  };
}

function pairRows({ before, after }: Comparison, view: RowView, root: string): Pair[] {
  const earlier = new Map(labelRows(before.rows, root).map((row) => [row.label, row]));
  const later = new Map(labelRows(after.rows, root).map((row) => [row.label, row]));
  const figure = makeFigureReader(view.sort);
  const size = (pair: Pair) => Math.max(figure(pair.before), figure(pair.after));
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .map((label): Pair => ({ label, before: earlier.get(label), after: later.get(label) }))
    .filter((pair) => (pair.before ?? pair.after)!.file.includes(view.filter))
    .sort((a, b) => size(b) - size(a) || (a.label < b.label ? -1 : 1));
}

function formatTotals(comparison: Comparison): string {
  const before = computeFigures(comparison.before);
  const after = computeFigures(comparison.after);
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
  const figure = makeFigureReader(sort);
  const heads = ["ncalls", "tottime µs", "cumtime µs"].flatMap((head) => [head, "after"]);
  return formatTable([
    [...heads, `${RATIO_OF[sort]} ratio`, "filename:lineno(function)"],
    ...pairs.map(({ label, before, after }) => {
      const cellsAfter = formatCells(after);
      return [
        ...formatCells(before).flatMap((cell, column) => [cell, cellsAfter[column]!]),
        formatRatio(figure(before), figure(after)),
        label,
      ];
    }),
  ]);
}

function formatCells(row: ReportRow | undefined): string[] {
  if (row === undefined) return ["-", "-", "-"];
  return [formatCalls(row), row.self.toFixed(1), row.cumulative.toFixed(1)];
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
