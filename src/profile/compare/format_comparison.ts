/**
 * Comparisons as tables.
 *
 * @module
 */
import { checkOptions, FLAG } from "../../llm/option_rules.ts";
import { formatCount, formatNumber } from "../draw/table.ts";
import {
  formatChange,
  type FormatOptions,
  formatReport,
  type Report,
  signOf,
} from "../report/report.ts";
import type { Comparison, FigureChange } from "./compare_base.ts";
import type { WhatIf } from "./what_if.ts";

/**
 * Formats what {@linkcode compareWithBase} returns: every figure, and the reason of the largest change
 * for the worse; or what {@linkcode whatIf} returns: tokens and money with both models.
 *
 * @throws {ConfigError} if an option is invalid.
 */
export function formatComparison(
  comparison: Comparison | WhatIf,
  options: Pick<FormatOptions, "markdown"> = {},
): string {
  checkOptions("format a comparison", options, { markdown: FLAG });
  const { markdown = false } = options;
  const isOfModels = "whatIf" in comparison;
  return formatReport(isOfModels ? reportModels(comparison) : reportFigures(comparison), markdown);
}

function reportFigures(comparison: Comparison): Report {
  const { figures } = comparison;
  const header = ["base", "now", "", "allowed", "figure"];
  const worse = [...figures.keys()].filter((index) => figures[index]!.verdict === "worse");
  const tables = [{ header, rows: figures.map(listCells), worse }];
  return { title: makeTitle(comparison), tables, end: listSentences(comparison) };
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

function listSentences({ verdict, reason, packages, unknown }: Comparison): string[] {
  if (verdict === "another script") {
    return ["The script is another one than that of the base: save its figures first."];
  }
  return [
    ...(reason === undefined ? [] : [`Largest change: ${reason}.`]),
    ...(packages === undefined ? [] : [
      `The base was saved with version ${packages.base} of @nomos/agent, this is ${packages.now}: ` +
      "its texts and schemas may have changed.",
    ]),
    ...unknown.map((sentence) => `Not known: ${sentence}.`),
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

function reportModels({ calls, base, whatIf, notes }: WhatIf): Report {
  const row = (name: string, value: (bill: WhatIf["base"]) => number | undefined) => {
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
  return {
    title: `${formatNumber(calls, "model call")}: ${base.model}, and if it were ${whatIf.model}`,
    tables: [{ header: ["base", "what if", "", "tokens and money"], rows }],
    end: notes,
  };
}
