/**
 * Two profiles, and two prices of a log, side by side.
 *
 * @module
 */
import { ANYTHING, checkOptions, FLAG } from "../../llm/option_rules.ts";
import { formatCount, formatNumber } from "../draw/table.ts";
import type { AgentProfile } from "../agent_profile.ts";
import { formatChange, type FormatOptions } from "../compare/format_comparison.ts";
import { FIGURES } from "../compare/profile_base.ts";
import { formatMs, mergeNames, nameTime } from "./profile_tables.ts";
import { formatReport, type ReportTable } from "./report.ts";
import type { ModelBill, WhatIf } from "../compare/what_if.ts";

/** Options of {@linkcode formatDiff}. */
export interface FormatDiffOptions extends FormatOptions {
  /** Names of the profiles. Default: those of their agents. */
  readonly names?: readonly [a: string, b: string];
}

/**
 * Formats the difference of two profiles, of sessions or of versions of an agent: their time,
 * tokens, money and counts, side by side.
 *
 * @throws {ConfigError} if an option is invalid.
 */
export function formatDiff(
  a: AgentProfile,
  b: AgentProfile,
  options: FormatDiffOptions = {},
): string {
  checkOptions("format two profiles", options, { markdown: FLAG, names: ANYTHING });
  const { markdown = false, names = [a.agent, b.agent] } = options;
  const unknown = [...new Set([...a.unknown, ...b.unknown])];
  return formatReport({
    title: `a: ${names[0]}, b: ${names[1]}`,
    tables: [makeTimeDiff(a, b), makeTokenDiff(a, b), makeFigureDiff(a, b)].filter(({ rows }) =>
      rows.length > 0
    ),
    end: unknown.map((sentence) => `not known: ${sentence}`),
  }, markdown);
}

function makeTimeDiff(a: AgentProfile, b: AgentProfile): ReportTable {
  const times = ({ time, total }: AgentProfile) =>
    new Map([["all turns", total.wall], ...time.map((row) => [nameTime(row), row.wall] as const)]);
  return { header: ["a ms", "b ms", "", "time"], rows: pair(times(a), times(b), formatMs) };
}

function makeTokenDiff(a: AgentProfile, b: AgentProfile): ReportTable {
  const tokens = ({ parts, total }: AgentProfile) =>
    new Map([
      ["all tokens", total.tokens],
      ...mergeNames(parts).map((row) => [row.part, row.tokens] as const),
      ...(total.cost === undefined ? [] : [["$ × 10⁻⁶", total.cost * 1e6] as const]),
    ]);
  const format = (value: number) => formatCount(Math.round(value));
  return { header: ["a", "b", "", "tokens"], rows: pair(tokens(a), tokens(b), format) };
}

function makeFigureDiff(a: AgentProfile, b: AgentProfile): ReportTable {
  const figures = ({ figures }: AgentProfile) =>
    new Map(FIGURES.map((figure) => [figure as string, figures[figure]]));
  return { header: ["a", "b", "", "figure"], rows: pair(figures(a), figures(b), formatCount) };
}

/** Makes a row of each name; one that is missing in a profile is 0. */
function pair(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  format: (value: number) => string,
): string[][] {
  return [...new Set([...a.keys(), ...b.keys()])].map((name) => {
    const [left, right] = [a.get(name) ?? 0, b.get(name) ?? 0];
    return [format(left), format(right), formatChange(left, right), name];
  });
}

/**
 * Formats the log of a session with two models as one table.
 *
 * @throws {ConfigError} if an option is invalid.
 */
export function formatWhatIf(
  { calls, base, whatIf, notes }: WhatIf,
  options: FormatOptions = {},
): string {
  checkOptions("format the price of a session", options, { markdown: FLAG });
  const { markdown = false } = options;
  const row = (name: string, value: (bill: ModelBill) => number | undefined) => {
    const [left, right] = [value(base), value(whatIf)].map((amount) =>
      amount && Math.round(amount)
    );
    const format = (amount: number | undefined) => amount === undefined ? "-" : formatCount(amount);
    const change = left === undefined || right === undefined ? "" : formatChange(left, right);
    return [format(left), format(right), change, name];
  };
  const rows = [
    row("input tokens", ({ input }) => input),
    row("of them cached", ({ cachedInput }) => cachedInput),
    row("output tokens", ({ output }) => output),
    row("$ × 10⁻⁶", ({ cost }) => cost && 1e6 * cost),
  ];
  return formatReport({
    title: `${formatNumber(calls, "model call")}: ${base.model}, and if it were ${whatIf.model}`,
    tables: [{ header: ["base", "what if", "", "tokens and money"], rows }],
    end: notes,
  }, markdown);
}
