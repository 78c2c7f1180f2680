/**
 * Report of a measurement, as text or JSON: figures, and a table like that of Python's profiler.
 *
 * @module
 */

import { formatCount, formatNumber, formatTime } from "../../src/profile/draw/table.ts";
import {
  formatFunctionTable,
  type FunctionTableData,
  functionTableData,
  isUncounted,
} from "../../src/profile/functions/function_table.ts";
import { type RowSum, type RowView, sumRows } from "../../src/profile/functions/report_rows.ts";
import type { Measurement, TimedRuns } from "./measurement.ts";
import type { ScenarioFigures, ScenarioSetting } from "./scenario.ts";

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
export interface ReportData extends ReportFigures, FunctionTableData {}

/**
 * Formats a report as text, without a final newline.
 *
 * @param root `file:` URL of the repository, with a slash at the end.
 */
export function formatReport(measurement: Measurement, view: RowView, root: string): string {
  const heading = formatHeading(computeFigures(measurement));
  return `${heading}\n\n${formatFunctionTable(measurement.rows, view, root)}`;
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
  return { ...computeFigures(measurement), ...functionTableData(measurement.rows, view, root) };
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
