/**
 * A comparison as a table.
 *
 * @module
 */
import { checkOptions, FLAG } from "../../llm/option_rules.ts";
import { formatCount, formatNumber } from "../draw/table.ts";
import type { Comparison, FigureChange } from "./compare_base.ts";
import { formatReport } from "../report/report.ts";

/** Options of the formats of comparisons. */
export interface FormatOptions {
  /** If true, tables are Markdown, for a comment on a pull request. @default {false} */
  readonly markdown?: boolean;
}

/**
 * Formats a comparison: every figure, and the reason of the largest change for the worse.
 *
 * @throws {ConfigError} if an option is invalid.
 */
export function formatComparison(comparison: Comparison, options: FormatOptions = {}): string {
  checkOptions("format a comparison", options, { markdown: FLAG });
  const { markdown = false } = options;
  const { figures } = comparison;
  const header = ["base", "now", "", "allowed", "figure"];
  const worse = [...figures.keys()].filter((index) => figures[index]!.verdict === "worse");
  const rows = figures.map(listCells);
  const tables = rows.length === 0 ? [] : [{ header, rows, worse }];
  const title = makeTitle(comparison);
  return formatReport({ title, tables, end: listSentences(comparison) }, markdown);
}

function makeTitle({ agent, verdict, figures }: Comparison): string {
  const count = (of: FigureChange["verdict"]) =>
    figures.filter((each) => each.verdict === of).length;
  const all = formatNumber(figures.length, "figure");
  switch (verdict) {
    case "worse":
      return `${agent}: ${count("worse")} of ${all} got worse`;
    case "better":
      return `${agent}: ${count("better")} of ${all} got better, none worse`;
    case "equal":
      return `${agent}: none of ${all} got worse`;
    case "another script":
      return `${agent}: not comparable`;
  }
}

function listSentences({ verdict, reason, packages }: Comparison): string[] {
  if (verdict === "another script") {
    return ["The script is another one than that of the base: save its figures first."];
  }
  return [
    ...(reason === undefined ? [] : [`Largest change: ${reason}.`]),
    ...(packages === undefined ? [] : [
      `The base was saved with version ${packages.base} of @nomos/agent, this is ${packages.now}: ` +
      "its texts and schemas may have changed.",
    ]),
    ...(verdict === "better" ? ["Save the figures again to keep what was gained."] : []),
    "Times are not compared.",
  ];
}

function listCells({ figure, base, now, allowed }: FigureChange): string[] {
  const isShare = figure === "stable_chars";
  const format = (value: number) => isShare ? `${(100 * value).toFixed(1)} %` : formatCount(value);
  return [
    format(base),
    format(now),
    isShare ? formatPoints(now - base) : formatChange(base, now),
    `${allowed}`,
    figure,
  ];
}

function formatPoints(points: number): string {
  return points === 0 ? "" : `${signOf(points)}${(100 * Math.abs(points)).toFixed(1)} points`;
}

/** Formats a change in percent of the base; empty if there is none. */
export function formatChange(base: number, now: number): string {
  if (base === now) return "";
  const by = Math.abs(now - base);
  const change = base === 0 ? formatCount(by) : `${(100 * by / Math.abs(base)).toFixed(1)} %`;
  return `${signOf(now - base)}${change}`;
}

function signOf(change: number): string {
  return change > 0 ? "+" : "−";
}
