/**
 * Which rows a report shows, in which order, and what it leaves out.
 *
 * @module
 */

import type { FunctionRow } from "./function_rows.ts";
import { fileOf, labelOf } from "./function_place.ts";
import type { SortKey } from "./options.ts";

/** A row as it is shown. */
export interface ReportRow extends FunctionRow {
  /** Its file, relative to the repository; empty for V8's own rows. */
  readonly file: string;
  /** `file:line(function)`, unique within the report. */
  readonly label: string;
}

/** The sum of several rows. */
export interface RowSum {
  /** How many rows. */
  readonly rows: number;
  /** Their calls. */
  readonly calls: number;
  /** Their own time in microseconds. */
  readonly self: number;
}

/** What is shown and what is not. */
export interface RowSelection {
  /** The rows to show, in order. */
  readonly shown: readonly ReportRow[];
  /** All rows. */
  readonly all: RowSum;
  /** The rows that `--filter` hides. */
  readonly filtered: RowSum;
  /** The rows below `--top`. */
  readonly below: RowSum;
}

/** What to show. */
export interface RowView {
  /** What the rows are ordered by. */
  readonly sort: SortKey;
  /** Text that the file of a shown row contains. */
  readonly filter: string;
  /** How many rows are shown at most. */
  readonly top: number;
}

/**
 * Names the rows. Two functions that would be called the same, as two arrows of
 * one line, are told apart by their columns.
 *
 * @param rows The rows.
 * @param root The repository as a `file:` address that ends in a slash.
 * @returns The rows with file and label.
 */
export function reportRows(rows: readonly FunctionRow[], root: string): ReportRow[] {
  const named = rows.map((row) => {
    const file = fileOf(row.place, root);
    return { ...row, file, label: labelOf(row.place, file) };
  });
  const seen = new Map<string, number>();
  for (const { label } of named) seen.set(label, (seen.get(label) ?? 0) + 1);
  return named.map((row) =>
    seen.get(row.label) === 1 ? row : { ...row, label: labelOf(row.place, row.file, true) }
  );
}

/**
 * Orders, filters and cuts the rows, and adds up what is left out.
 *
 * @param rows The rows.
 * @param view What to show.
 * @returns The rows to show and the sums.
 */
export function selectRows(rows: readonly ReportRow[], view: RowView): RowSelection {
  const kept = rows.filter((row) => row.file.includes(view.filter));
  const figure = sortFigure(view.sort);
  const ordered = kept.toSorted((a, b) =>
    figure(b) - figure(a) || b.self - a.self || (a.label < b.label ? -1 : 1)
  );
  const left = rows.filter((row) => !row.file.includes(view.filter));
  return {
    shown: ordered.slice(0, view.top),
    all: sumOf(rows),
    filtered: sumOf(left),
    below: sumOf(ordered.slice(view.top)),
  };
}

/**
 * The figure that rows are ordered by.
 *
 * @param sort The key.
 * @returns A function that reads it from a row.
 */
export function sortFigure(sort: SortKey): (row: FunctionRow) => number {
  switch (sort) {
    case "cumulative":
      return (row) => row.cumulative;
    case "self":
      return (row) => row.self;
    case "calls":
      return (row) => row.calls ?? -1;
  }
}

/**
 * Adds rows up.
 *
 * @param rows The rows.
 * @returns Their number, calls and time.
 */
export function sumOf(rows: readonly FunctionRow[]): RowSum {
  return {
    rows: rows.length,
    calls: rows.reduce((sum, row) => sum + (row.calls ?? 0), 0),
    self: rows.reduce((sum, row) => sum + row.self, 0),
  };
}
