/**
 * Reports with tables, as text and as Markdown.
 *
 * @module
 */
import type { AgentProfile } from "../agent_profile.ts";
import { formatCount, formatTable } from "../draw/table.ts";
import { escapeMarkdown, makeSafe } from "../safe_text.ts";

/** Options of {@linkcode formatProfile}. */
export interface FormatOptions {
  /** Amount by which tables and rows are ordered. @default {"time"} */
  readonly by?: "time" | "tokens" | "cost";
  /** Number of one turn, from 1, to show event by event. Default: tables of all turns. */
  readonly turn?: number;
  /**
   * Profile to show side by side with this one, of another session or another version of the agent:
   * time, tokens, money and counts. Default: none.
   */
  readonly beside?: AgentProfile;
  /** If true, tables are Markdown, for a comment on a pull request. @default {false} */
  readonly markdown?: boolean;
}

/** Order of the tables and their rows. */
export type ProfileOrder = NonNullable<FormatOptions["by"]>;

/** Table whose last column is text, and the others numbers. In Markdown, the text is the first. */
export interface ReportTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Indexes of rows that are marked as worse. Default: none. */
  readonly worse?: readonly number[];
}

/** Report with a title, tables and sentences. */
export interface Report {
  readonly title: string;
  /** Tables; those without rows are left out. */
  readonly tables: readonly ReportTable[];
  /** Sentences at the end, each on a line of its own. */
  readonly end: readonly string[];
}

/** Formats a report. Text that models, tools and files wrote is escaped. */
export function formatReport({ title, tables, end }: Report, markdown: boolean): string {
  const escape = markdown ? escapeMarkdown : makeSafe;
  const parts = [
    `${markdown ? "### " : ""}${escape(title)}`,
    ...tables.filter(({ rows }) => rows.length > 0).map((table) =>
      markdown ? formatMarkdownTable(table) : formatTextTable(table)
    ),
    end.map(escape).join(markdown ? "  \n" : "\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function formatTextTable({ header, rows, worse = [] }: ReportTable): string {
  const marked = rows.map((row, index) => {
    const cells = row.map(makeSafe);
    return worse.includes(index) ? [...cells.slice(0, -1), `${cells.at(-1)}  worse`] : cells;
  });
  return formatTable([header, ...marked]);
}

function formatMarkdownTable({ header, rows, worse = [] }: ReportTable): string {
  const line = (cells: readonly string[]) =>
    `| ${[...cells.slice(-1), ...cells.slice(0, -1)].join(" | ")} |`.replaceAll("|  |", "| |");
  return [
    line(header.map(escapeMarkdown)),
    line(header.map((_, column) => column === header.length - 1 ? "-" : "-:")),
    ...rows.map((row, index) => {
      const cells = row.map(escapeMarkdown);
      return line(worse.includes(index) ? cells.map(emphasize) : cells);
    }),
  ].join("\n");
}

/** Makes the name of a row, and a change, bold. */
function emphasize(cell: string, column: number, { length }: readonly string[]): string {
  return column === length - 1 || /^[+−]/.test(cell) ? `**${cell}**` : cell;
}

/** Formats a change in percent of the base; empty if there is none. */
export function formatChange(base: number, now: number): string {
  if (base === now) return "";
  const by = Math.abs(now - base);
  const change = base === 0 ? formatCount(by) : `${(100 * by / Math.abs(base)).toFixed(1)} %`;
  return `${signOf(now - base)}${change}`;
}

/** Returns the sign of a change. */
export function signOf(change: number): string {
  return change > 0 ? "+" : "−";
}
