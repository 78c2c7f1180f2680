/**
 * The rows that a report shows, in their order, and the sum of those that it leaves out.
 *
 * @module
 */

import { fileOf, labelOf } from "./function_place.ts";
import type { FunctionRow } from "./measurement.ts";
import type { SortKey } from "./options.ts";

/** A row as it is shown. */
export interface ReportRow extends FunctionRow {
  /** Its file, relative to the repository; empty for V8's own rows. */
  readonly file: string;
  /** `file:line(function)`. */
  readonly label: string;
}

/** The sum of several rows. */
export interface RowSum {
  /** The number of rows. */
  readonly rows: number;
  /** Their calls. */
  readonly calls: number;
  /** Their own time in microseconds. */
  readonly self: number;
}

/** The rows of a report. */
export interface RowSelection {
  /** The rows to show, in order. */
  readonly shown: readonly ReportRow[];
  /** The rows below `--top`. */
  readonly below: readonly ReportRow[];
  /** The rows that `--filter` hides. */
  readonly filtered: readonly ReportRow[];
}

/** The rows to show. */
export interface RowView {
  /** Figure that the rows are ordered by. */
  readonly sort: SortKey;
  /** Text that the file of a shown row contains. */
  readonly filter: string;
  /** Maximum number of rows. */
  readonly top: number;
}

/**
 * Names the rows.
 *
 * @param root The repository as a `file:` address that ends in a slash.
 */
export function reportRows(rows: readonly FunctionRow[], root: string): ReportRow[] {
  return rows.map((row) => {
    const file = fileOf(row.place, root);
    return { ...row, file, label: labelOf(row.place, file) };
  });
}

/** Orders, filters and cuts the rows. */
export function selectRows(rows: readonly ReportRow[], view: RowView): RowSelection {
  const figure = sortFigure(view.sort);
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

/** Returns a function that reads the figure that rows are ordered by; 0 if there is none. */
export function sortFigure(sort: SortKey): (row: FunctionRow | undefined) => number {
  return (row) => row?.[sort] ?? 0;
}

/** Adds rows up. */
export function sumOf(rows: readonly FunctionRow[]): RowSum {
  return {
    rows: rows.length,
    calls: rows.reduce((sum, { calls = 0 }) => sum + calls, 0),
    self: rows.reduce((sum, { self }) => sum + self, 0),
  };
}
