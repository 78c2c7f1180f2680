/**
 * Table of functions, as text or JSON, like that of Python's profiler.
 *
 * @module
 */

import { formatCount, formatNumber, formatPercent, formatTable } from "../draw/table.ts";
import type { FunctionPlace } from "./function_place.ts";
import type { FunctionRow } from "./function_rows.ts";
import {
  labelRows,
  type ReportRow,
  type RowSelection,
  type RowSum,
  type RowView,
  selectRows,
  sumRows,
} from "./report_rows.ts";

/** Table of functions as JSON data. */
export interface FunctionTableData {
  /** Rows that match the filter, in order. */
  readonly rows: readonly RowData[];
  /** Sum of the rows that the filter hides. */
  readonly filtered: RowSum;
}

/** Row of a report as JSON data. */
export interface RowData
  extends FunctionFigures, Pick<ReportRow, "file">, Pick<FunctionPlace, "line"> {
  /** Name of the function. */
  readonly function: string;
  /** Self time as a percentage of the total time. */
  readonly selfPercent: number;
}

/** Figures of a function as JSON data. Times are in microseconds. */
export interface FunctionFigures extends Pick<FunctionRow, "self" | "cumulative"> {
  /** Number of calls; `null` for functions without a counter, such as native code. */
  readonly calls: number | null;
  /** Number of calls that are not recursive; `null` if `calls` is. */
  readonly primitiveCalls: number | null;
}

/** Note below the table if calls were counted. */
const COUNTED_NOTE =
  `Calls are exact: a separate process counts them. 8/6 means 8 calls, 6 of them not recursive.
An async call counts once; its cumulative time excludes the time it is suspended.`;

/** Note below the table if only times are known. */
const SAMPLED_NOTE = "The cumulative time of an async function excludes the time it is suspended.";

/**
 * Formats a table of functions with its order, its sums and its notes, without a final newline.
 *
 * @param root `file:` URL of the project, with a slash at the end.
 * @param uncounted Reason why no calls were counted, if they were not. Default: none is named.
 */
export function formatFunctionTable(
  rows: readonly FunctionRow[],
  view: RowView,
  root: string,
  uncounted?: string,
): string {
  const selection = selectRows(labelRows(rows, root), view);
  const all = sumRows(rows).self;
  return [
    `Ordered by ${view.sort === "calls" ? "calls" : `${view.sort} time`}`,
    "",
    formatRows(selection.shown, all),
    "",
    formatSums(selection, view, all),
    ...(rows.every(isUncounted)
      ? [`Calls are not counted${uncounted === undefined ? "" : `: ${uncounted}`}. ${SAMPLED_NOTE}`]
      : [COUNTED_NOTE, formatUncounted(rows, all)]),
  ].join("\n");
}

/**
 * Returns a table of functions as JSON data.
 *
 * @param view Order and filter of the rows; `top` is ignored.
 * @param root `file:` URL of the project, with a slash at the end.
 */
export function functionTableData(
  rows: readonly FunctionRow[],
  view: RowView,
  root: string,
): FunctionTableData {
  const { shown, filtered } = selectRows(labelRows(rows, root), { ...view, top: Infinity });
  const all = sumRows(rows).self;
  return {
    rows: shown.map((row) => {
      const { calls, primitiveCalls, self, cumulative } = functionFigures(row);
      return {
        function: row.place.name,
        file: row.file,
        line: row.place.line,
        calls,
        primitiveCalls,
        self,
        selfPercent: all > 0 ? 100 * self / all : 0,
        cumulative,
      };
    }),
    filtered: sumRows(filtered),
  };
}

/** Returns the figures of a function as JSON data. */
export function functionFigures(row: FunctionRow): FunctionFigures {
  const { calls = null, primitiveCalls = null, self, cumulative } = row;
  return { calls, primitiveCalls, self, cumulative };
}

/** Returns true if the calls of a function have no counter. */
export function isUncounted({ calls }: FunctionRow): boolean {
  return calls === undefined;
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
    const called = some.every(isUncounted) ? "" : `, ${formatNumber(calls, "call")}`;
    return `${name}: ${formatNumber(rows, "row")} (${formatPercent(self, all)} % of the time` +
      `${called})`;
  };
  const parts = [sum("Shown", shown)];
  if (below.length > 0) parts.push(sum(view.beyond ?? "below --top", below));
  if (filtered.length > 0) parts.push(sum(`hidden by --filter "${view.filter}"`, filtered));
  return parts.join("; ");
}
