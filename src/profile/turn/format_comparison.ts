/**
 * A comparison as text and as Markdown.
 *
 * @module
 */
import { formatCount, formatNumber, formatTable } from "../draw/table.ts";
import type { Comparison, FigureChange } from "./compare_base.ts";
import { escapeMarkdown, makeSafe } from "./safe_text.ts";

/** Formats a comparison as text. */
export function formatComparison(comparison: Comparison): string {
  const { figures } = comparison;
  const rows = figures.map((figure) => {
    const [name, ...cells] = listCells(figure);
    return [...cells, figure.verdict === "worse" ? `${name}  worse` : name!];
  });
  const table = rows.length === 0
    ? []
    : [formatTable([["base", "now", "", "allowed", "figure"], ...rows])];
  const lines = listSentences(comparison).map(makeSafe).join("\n");
  return [makeSafe(makeTitle(comparison)), ...table, lines].filter((part) => part !== "")
    .join("\n\n") + "\n";
}

/** Formats a comparison as Markdown, for a comment on a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { figures } = comparison;
  const rows = figures.map((figure) => {
    const cells = listCells(figure).map(escapeMarkdown);
    const isWorse = figure.verdict === "worse";
    const shown = cells.map((cell, at) => isWorse && (at === 0 || at === 3) ? `**${cell}**` : cell);
    return `| ${shown.join(" | ")} |`;
  });
  const header = ["| figure | base | now | | allowed |", "| - | -: | -: | -: | -: |"];
  const table = rows.length === 0 ? [] : [[...header, ...rows].join("\n")];
  const lines = listSentences(comparison).map(escapeMarkdown).join(" ");
  return [`### ${escapeMarkdown(makeTitle(comparison))}`, ...table, lines].filter((part) =>
    part !== ""
  ).join("\n\n") + "\n";
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

/** Returns the figure's name, base, present value, change and allowance. */
function listCells({ figure, base, now, allowed }: FigureChange): string[] {
  const isShare = figure === "stable_chars";
  const format = (value: number) => isShare ? `${(100 * value).toFixed(1)} %` : formatCount(value);
  return [figure, format(base), format(now), formatChange(base, now, isShare), `${allowed}`];
}

function formatChange(base: number, now: number, isShare: boolean): string {
  if (base === now) return "";
  const sign = now > base ? "+" : "−";
  const by = Math.abs(now - base);
  if (isShare) return `${sign}${(100 * by).toFixed(1)} points`;
  return base === 0 ? `${sign}${formatCount(by)}` : `${sign}${(100 * by / base).toFixed(1)} %`;
}
