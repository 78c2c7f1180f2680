/**
 * Rows of a report: labels, order, filter and sums.
 *
 * @module
 */

import { formatFile, formatLabel } from "./function_place.ts";
import type { FunctionRow } from "./function_rows.ts";

/** Row with its label. */
export interface ReportRow extends FunctionRow {
  /** File of the function, relative to the project; empty for V8's own rows. */
  readonly file: string;
  /** Function, as `file:line(function)`. */
  readonly label: string;
}

/** Sum of several rows. */
export interface RowSum {
  /** Number of rows. */
  readonly rows: number;
  /** Number of calls. */
  readonly calls: number;
  /** Self time, in microseconds. */
  readonly self: number;
}

/** Rows of a report, divided by what is shown. */
export interface RowSelection {
  /** Rows to show, in order. */
  readonly shown: readonly ReportRow[];
  /** Rows that exceed `--top`. */
  readonly below: readonly ReportRow[];
  /** Rows that `--filter` hides. */
  readonly filtered: readonly ReportRow[];
}

/** Order and selection of rows. */
export interface RowView {
  /** Figure by which rows are ordered, in descending order. */
  readonly sort: "cumulative" | "self" | "calls";
  /** Substring of the file that a row needs to be shown; empty shows all. */
  readonly filter: string;
  /** Maximum number of rows. */
  readonly top: number;
  /** Name of the rows beyond the maximum. `@default {"below --top"}` */
  readonly beyond?: string;
}

/**
 * Labels rows.
 *
 * @param root `file:` URL of the project, with a slash at the end.
 */
export function labelRows(rows: readonly FunctionRow[], root: string): ReportRow[] {
  return rows.map((row) => {
    const file = formatFile(row.place, root);
    return { ...row, file, label: formatLabel(row.place, file) };
  });
}

/** Orders and filters rows, and limits their number. */
export function selectRows(rows: readonly ReportRow[], view: RowView): RowSelection {
  const figure = makeFigureReader(view.sort);
  const isKept = (row: ReportRow): boolean => row.file.includes(view.filter);
  const ordered = rows.filter(isKept).sort((a, b) =>
    figure(b) - figure(a) || b.self - a.self || (a.label < b.label ? -1 : 1)
  );
  return {
    shown: ordered.slice(0, view.top),
    below: ordered.slice(view.top),
    filtered: rows.filter((row) => !isKept(row)),
  };
}

/** Returns a function that reads the figure of a row; 0 for a missing row or figure. */
export function makeFigureReader(sort: RowView["sort"]): (row: FunctionRow | undefined) => number {
  return (row) => row?.[sort] ?? 0;
}

/** Sums rows. */
export function sumRows(rows: readonly FunctionRow[]): RowSum {
  return {
    rows: rows.length,
    calls: rows.reduce((sum, { calls = 0 }) => sum + calls, 0),
    self: rows.reduce((sum, { self }) => sum + self, 0),
  };
}
