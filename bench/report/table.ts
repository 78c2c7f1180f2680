/**
 * Tables, for a terminal and for Markdown.
 *
 * @module
 */
import { formatTable } from "../../src/profile/draw/table.ts";

/** Table whose first column names the subjects. */
export interface Table {
  /** Headers of the columns, that of the subjects first. */
  readonly head: readonly string[];
  /** Cells by row, the subject first. */
  readonly rows: readonly (readonly string[])[];
}

/** Formats a table for a terminal, with the subjects last, so that all figures are aligned. */
export function toText({ head, rows }: Table): string {
  return formatTable([head, ...rows].map(([subject = "", ...cells]) => [...cells, subject]));
}

/** Formats a table in Markdown, as `deno fmt` does. */
export function toMarkdown({ head, rows }: Table): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) =>
    Math.max(column === 0 ? 1 : 2, ...all.map((row) => row[column]!.length))
  );
  const line = (row: readonly string[]): string =>
    `| ${
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
      ).join(" | ")
    } |`;
  const rule = `| ${
    widths.map((width, column) => column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)
      .join(" | ")
  } |`;
  return [line(all[0]!), rule, ...all.slice(1).map(line)].join("\n");
}
