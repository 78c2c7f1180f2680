/**
 * Graph as a picture, SVG.
 *
 * @module
 */
import { Graph, layout, type Point } from "@dagrejs/dagre";
import { escapeXml } from "../../profile/draw/flame_graph.ts";
import { shownInLine } from "../terminal/shown.ts";
import { cut, widthOf, wrap } from "../terminal/table.ts";
import type { DrawnStep, Way } from "./drawn_graph.ts";

/** Width of a character and height of a line of the font, in pixels. */
const FONT = { width: 7.9, line: 17 } as const;

/** Space around the text of a step, in pixels. */
const PADDING = 10;

/** Most columns and lines of a description and of a condition. */
const DESCRIPTION = { columns: 38, lines: 4 } as const;
const CONDITION = { columns: 24, lines: 3 } as const;

/** Id of the dot before the first step, which nobody uses as the name of a step. */
const START = "\0start";

/** Line of a step's box. */
interface BoxLine {
  readonly text: string;
  readonly kind: "title" | "text" | "note";
}

/** Box of a step, or the dot. */
interface Box {
  readonly id: string;
  readonly lines: readonly BoxLine[];
  readonly width: number;
  readonly height: number;
}

/** Arrow of a route, or from the dot. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly lines: readonly string[];
  readonly isTaken: boolean;
}

/** Draws a graph. The first step is the start. */
export function drawSvg(title: string, steps: readonly DrawnStep[], way?: Way): string {
  const boxes = [{ id: START, lines: [], width: 14, height: 14 }, ...steps.map(createBox)];
  const arrows: Arrow[] = [
    { from: START, to: steps[0]!.id, lines: [], isTaken: false },
    ...steps.flatMap(({ id, routes }) =>
      // A route back to the same step is drawn in its box.
      routes.filter(({ to }) => to !== id).map(({ to, when }) => ({
        from: id,
        to,
        lines: breakLines(when, CONDITION),
        isTaken: (way?.moves(id, to) ?? 0) > 0,
      }))
    ),
  ];
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: "TB", nodesep: 50, ranksep: 50, marginx: 20, marginy: 20 });
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to, lines } of arrows) {
    const width = Math.max(0, ...lines.map(widthOf)) * FONT.width;
    graph.setEdge(from, to, { width, height: lines.length * FONT.line, labelpos: "c" });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const parts = [
    ...arrows.map((arrow) => drawArrow(arrow, graph.edge(arrow.from, arrow.to) as PlacedEdge)),
    ...boxes.map((box) => drawBox(box, graph.node(box.id) as Point, way)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" ` +
    `width="${round(width)}" height="${round(height)}" role="img">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>
${parts.join("\n")}
</svg>
`;
}

const STYLE = `
svg { background: #fff; font: 13px ui-monospace, Menlo, Consolas, monospace; }
text { fill: #222; } .title { font-weight: bold; } .note, .when { fill: #666; }
rect { fill: #f6f8fa; stroke: #888; } .when-back { fill: #fff; stroke: none; opacity: .85; }
.visited rect { fill: #e6f6e6; stroke: #2a7d2a; } .here rect { stroke-width: 3; }
.route { fill: none; stroke: #888; marker-end: url(#tip); } .taken { stroke: #2a7d2a; stroke-width: 2.5; }
#tip { fill: #666; }
`;

/** Edge with its place. */
interface PlacedEdge extends Point {
  readonly points: readonly Point[];
}

function createBox({ id, description, tools, routes }: DrawnStep): Box {
  const notes = [
    ...tools.map((tool) => `• ${tool}`),
    ...routes.filter(({ to }) => to === id).map(({ when }) => `↺ ${when}`),
  ];
  const lines: BoxLine[] = [
    { text: cut(shownInLine(id), DESCRIPTION.columns), kind: "title" },
    ...breakLines(description, DESCRIPTION).map((text): BoxLine => ({ text, kind: "text" })),
    ...notes.map((note): BoxLine => ({
      text: cut(shownInLine(note), DESCRIPTION.columns),
      kind: "note",
    })),
  ];
  return {
    id,
    lines,
    width: Math.max(...lines.map(({ text }) => widthOf(text))) * FONT.width + 2 * PADDING,
    height: lines.length * FONT.line + 2 * PADDING,
  };
}

function breakLines(
  text: string,
  { columns, lines }: { readonly columns: number; readonly lines: number },
): readonly string[] {
  const all = wrap(shownInLine(text.replaceAll(/\s+/g, " ")), columns);
  return all.length <= lines
    ? all
    : [...all.slice(0, lines - 1), cut(`${all[lines - 1]} …`, columns)];
}

function drawBox({ id, lines, width, height }: Box, { x, y }: Point, way?: Way): string {
  if (id === START) return `<circle cx="${round(x)}" cy="${round(y)}" r="6"/>`;
  const [left, top] = [x - width / 2, y - height / 2];
  const marks = [...way?.visits.has(id) ? ["visited"] : [], ...way?.step === id ? ["here"] : []];
  const texts = lines.map(({ text, kind }, index) => {
    const line = top + PADDING + (index + 0.75) * FONT.line;
    return drawText(text, left + PADDING, line, kind);
  });
  return `<g class="${["step", ...marks].join(" ")}"><rect x="${round(left)}" y="${round(top)}" ` +
    `width="${round(width)}" height="${round(height)}" rx="6"/>${texts.join("")}</g>`;
}

function drawArrow({ lines, isTaken }: Arrow, { points, x, y }: PlacedEdge): string {
  const way = points.map((point, index) =>
    `${index === 0 ? "M" : "L"}${round(point.x)} ${round(point.y)}`
  ).join("");
  const path = `<path class="route${isTaken ? " taken" : ""}" d="${way}"/>`;
  if (lines.length === 0) return path;
  const width = Math.max(...lines.map(widthOf)) * FONT.width;
  const [left, top] = [x - width / 2, y - lines.length * FONT.line / 2];
  const back = `<rect class="when-back" x="${round(left)}" y="${round(top)}" ` +
    `width="${round(width)}" height="${round(lines.length * FONT.line)}"/>`;
  const texts = lines.map((text, index) =>
    drawText(text, left, top + (index + 0.75) * FONT.line, "when")
  );
  return path + back + texts.join("");
}

function drawText(text: string, x: number, y: number, kind: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" xml:space="preserve">` +
    `${escapeXml(text)}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}
