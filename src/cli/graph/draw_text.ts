/**
 * Graph as a drawing of text, for terminals.
 *
 * @module
 */
import { shownInLine } from "../terminal/shown.ts";
import { cut, widthOf, wrap } from "../terminal/table.ts";
import type { DrawnStep, Way } from "./drawn_graph.ts";

/** Options of a drawing. */
interface TextOptions {
  /** Number of columns. */
  readonly width: number;
  /** Way to mark. Default: none. */
  readonly way?: Way | undefined;
  /** Returns a text in bold or green. */
  readonly paint: (colour: "bold" | "green", text: string) => string;
}

/** Least and largest number of columns. */
const WIDTHS = [40, 100] as const;

/** Maximum number of lines of a description. */
const MAX_LINES = 4;

/** Returns the lines of a drawing: a box for each step, the start first. */
export function drawText(
  steps: readonly DrawnStep[],
  { width: columns, way, paint }: TextOptions,
): string[] {
  const width = Math.min(Math.max(columns, WIDTHS[0]), WIDTHS[1]);
  return steps.flatMap(({ id, description, tools, routes }, index) => {
    const visits = way?.visits.get(id) ?? 0;
    const isHere = way?.step === id;
    const notes = [
      ...index === 0 ? ["start"] : [],
      ...visits > 0 ? [`visited ${visits}×`] : [],
      ...isHere ? ["here"] : [],
    ];
    const name = cut(shownInLine(id), width - 30);
    const title = [name, ...notes].join(" ─ ");
    const bar = "─".repeat(Math.max(1, width - widthOf(title) - 5));
    const painted = title.replace(name, () => paint(visits > 0 ? "green" : "bold", name));
    const inner = width - 4;
    const texts = shorten(wrap(shownInLine(description.replaceAll(/\s+/g, " ")), inner), inner);
    const lines = [
      ...texts,
      ...tools.length === 0 ? [] : wrap(`tools: ${shownInLine(tools.join(", "))}`, inner),
    ];
    const targets = routes.map(({ to }) => shownInLine(to));
    const reach = Math.max(0, ...targets.map(widthOf));
    const foot = routes.length === 0 ? "─" : "┬";
    return [
      `┌─ ${painted} ${bar}┐`,
      ...lines.map((line) => `│ ${line}${" ".repeat(inner - widthOf(line))} │`),
      `└${foot}${"─".repeat(width - 3)}┘`,
      ...routes.flatMap(({ to, when }, at) => {
        const isLast = at === routes.length - 1;
        const moves = way?.moves(id, to) ?? 0;
        const target = targets[at]!;
        const space = " ".repeat(reach - widthOf(target));
        const text = `${shownInLine(when.replaceAll(/\s+/g, " "))}${
          moves > 0 ? `  ${moves}×` : ""
        }`;
        const [first = "", ...others] = wrap(text, Math.max(20, width - reach - 8));
        const arrow = `${isLast ? "└" : "├"}─▶ ${paint(moves > 0 ? "green" : "bold", target)}`;
        return [
          ` ${arrow}${space}  ${first}`.trimEnd(),
          ...others.map((other) => ` ${isLast ? " " : "│"}   ${" ".repeat(reach)}  ${other}`),
        ];
      }),
      "",
    ];
  }).slice(0, -1);
}

function shorten(lines: readonly string[], width: number): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES - 1), cut(`${lines[MAX_LINES - 1]} …`, width)];
}
