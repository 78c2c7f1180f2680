/**
 * Tables, for a terminal and for Markdown.
 *
 * @module
 */
import { formatTable } from "../../src/profile/table.ts";

/** A table: what the rows are about, and what is said of each. */
export interface Table {
  /** The heads of the columns, that of the subjects first. */
  readonly head: readonly string[];
  /** The rows, the subject first. */
  readonly rows: readonly (readonly string[])[];
}

/** The table for a terminal: the subjects stand last, so that all figures are aligned. */
export function toText({ head, rows }: Table): string {
  return formatTable([head, ...rows].map(([subject = "", ...cells]) => [...cells, subject]));
}

/** The table in Markdown, laid out as `deno fmt` would. */
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
