/**
 * The report of one measurement: the table that Python's profiler prints, and
 * the figures above it, as text or as JSON.
 *
 * @module
 */

import type { Measurement } from "./measurement.ts";
import {
  reportRows,
  type RowSelection,
  type RowSum,
  type RowView,
  selectRows,
} from "./report_rows.ts";
import type { ScenarioSetting } from "./scenario.ts";
import { formatCount, formatNumber, formatPercent, formatTable, formatTime } from "./table.ts";

/** A report as data: what `--json` prints. Times are in microseconds and belong to one run. */
export interface ReportData {
  /** What was played. */
  readonly setting: ScenarioSetting;
  /** Function calls in all. */
  readonly calls: number;
  /** The decisions of a run. */
  readonly decisions: number;
  /** Wall time of the first run. */
  readonly cold: number;
  /** Wall time of a later run. */
  readonly warm: number;
  /** Wall time of a decision in a later run. */
  readonly perDecision: number;
  /** How many decision schemas were built. */
  readonly schemasBuilt: number;
  /** How often a schema was found again. */
  readonly cacheHits: number;
  /** What the times were taken from. */
  readonly sampling: {
    /** How often the run was repeated. */
    readonly repetitions: number;
    /** The time that was sampled, of all repetitions together. */
    readonly sampled: number;
    /** The number of samples. */
    readonly samples: number;
  };
  /** The rows, ordered and filtered, all of them. */
  readonly rows: readonly RowData[];
  /** What the filter hides. */
  readonly filtered: RowSum;
}

/** One row as data. */
export interface RowData {
  /** The function. */
  readonly function: string;
  /** Its file. */
  readonly file: string;
  /** Its line, from 1; 0 is none. */
  readonly line: number;
  /** Its column, from 1; 0 is none. */
  readonly column: number;
  /** Its calls; `null` for what cannot be counted. */
  readonly calls: number | null;
  /** Its own time. */
  readonly self: number;
  /** Its own time in per cent of all. */
  readonly selfPercent: number;
  /** Its time with what it called. */
  readonly cumulative: number;
}

/** The note below every table. */
const NOTE =
  `Calls are exact, from a process of their own (- where V8 has no counter, as in native code);
an async function counts once, and its cumulative time is what ran while it was on the stack.`;

/**
 * The report as text.
 *
 * @param measurement What was found.
 * @param view Which rows to show.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns Lines without a final newline.
 */
export function formatReport(measurement: Measurement, view: RowView, root: string): string {
  const selection = selectRows(reportRows(measurement.rows, root), view);
  return [
    formatHeading(measurement, selection),
    "",
    `Ordered by ${view.sort === "calls" ? "calls" : `${view.sort} time`}`,
    "",
    formatRows(selection),
    "",
    formatSums(selection, view),
    NOTE,
  ].join("\n");
}

/**
 * What was played, in words.
 *
 * @param setting The setting.
 * @returns For example `10 iterations on a step with 1 tool: cache on, validation on, tools kept`.
 */
export function describeSetting(setting: ScenarioSetting): string {
  return `${formatNumber(setting.iterations, "iteration")} on a step with ` +
    `${formatNumber(setting.tools, "tool")}: cache ${setting.cache ? "on" : "off"}, ` +
    `validation ${setting.validate ? "on" : "off"}, ` +
    `tools ${setting.freshTools ? "made anew per session" : "kept"}`;
}

/**
 * The report as data.
 *
 * @param measurement What was found.
 * @param view Which rows, and in which order; none is cut off.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns The data.
 */
export function reportData(measurement: Measurement, view: RowView, root: string): ReportData {
  const { setting, figures, times, sampled } = measurement;
  const selection = selectRows(reportRows(measurement.rows, root), { ...view, top: Infinity });
  return {
    setting,
    calls: selection.all.calls,
    decisions: figures.decisions,
    cold: times.cold,
    warm: times.warm,
    perDecision: times.warm / figures.decisions,
    schemasBuilt: figures.schemasBuilt,
    cacheHits: figures.cacheHits,
    sampling: {
      repetitions: times.repetitions,
      sampled: sampled.sampled,
      samples: sampled.samples,
    },
    rows: selection.shown.map((row) => ({
      function: row.place.name,
      file: row.file,
      line: row.place.line,
      column: row.place.column,
      calls: row.calls ?? null,
      self: row.self,
      selfPercent: selection.all.self > 0 ? 100 * row.self / selection.all.self : 0,
      cumulative: row.cumulative,
    })),
    filtered: selection.filtered,
  };
}

function formatHeading(measurement: Measurement, { all }: RowSelection): string {
  const { setting, figures, times, sampled } = measurement;
  return [
    describeSetting(setting),
    `  ${formatNumber(all.calls, "function call")} in ${formatTime(times.warm)} warm, ` +
    `${formatTime(times.cold)} cold; ${formatTime(times.warm / figures.decisions)} per decision ` +
    `(${formatNumber(figures.decisions, "decision")})`,
    `  ${formatNumber(figures.schemasBuilt, "schema")} built, ` +
    formatNumber(figures.cacheHits, "cache hit"),
    `  repeated ${formatCount(times.repetitions)} times, ${formatTime(sampled.sampled)} sampled ` +
    `(${formatNumber(sampled.samples, "sample")}); times below are means of one run`,
  ].join("\n");
}

function formatRows({ shown, all }: RowSelection): string {
  const unit = all.self < 10_000 ? "µs" : "ms";
  const total = (time: number): string => unit === "µs" ? time.toFixed(1) : (time / 1e3).toFixed(3);
  const each = (time: number, calls: number | undefined): string =>
    calls === undefined ? "-" : (time / calls).toFixed(3);
  return formatTable([
    [
      "ncalls",
      `tottime ${unit}`,
      "%",
      "percall µs",
      `cumtime ${unit}`,
      "%",
      "percall µs",
      "filename:lineno(function)",
    ],
    ...shown.map(({ calls, self, cumulative, label }) => [
      calls === undefined ? "-" : formatCount(calls),
      total(self),
      formatPercent(self, all.self),
      each(self, calls),
      total(cumulative),
      formatPercent(cumulative, all.self),
      each(cumulative, calls),
      label,
    ]),
  ]);
}

function formatSums({ shown, all, filtered, below }: RowSelection, view: RowView): string {
  const sum = (rows: RowSum): string =>
    `${formatPercent(rows.self, all.self)} % of the time, ${formatNumber(rows.calls, "call")}`;
  const shownSum = {
    rows: shown.length,
    calls: all.calls - filtered.calls - below.calls,
    self: all.self - filtered.self - below.self,
  };
  const lines = [`Shown: ${formatNumber(shownSum.rows, "row")} (${sum(shownSum)})`];
  if (below.rows > 0) lines.push(`below --top: ${formatNumber(below.rows, "row")} (${sum(below)})`);
  if (filtered.rows > 0) {
    const name = `hidden by --filter "${view.filter}"`;
    lines.push(`${name}: ${formatNumber(filtered.rows, "row")} (${sum(filtered)})`);
  }
  return lines.join("; ");
}
