/**
 * Flame graph as a self-contained SVG file. The width of a frame is its time, and its
 * callees are drawn above it. In a browser, hovering shows names and times, a click
 * zooms, and a search highlights matches.
 *
 * @module
 */

import { type CallTree, totalTime } from "../functions/call_tree.ts";
import { FLAME_GRAPH_SCRIPT } from "./flame_graph_script.ts";
import {
  formatFile,
  type FunctionPlace,
  identifyFunction,
  placeKey,
} from "../functions/function_place.ts";
import { formatPercent, formatTime } from "./table.ts";

/** Text on a flame graph. */
interface FlameGraphText {
  /** Heading. */
  readonly title: string;
  /** Line below the heading. */
  readonly subtitle: string;
  /** `file:` URL of the repository, with a slash at the end. Paths are shown relative to it. */
  readonly root: string;
}

/** Frame: all calls of one function on one call path. */
interface Frame extends FunctionPlace {
  readonly file: string;
  readonly self: number;
  readonly total: number;
  readonly start: number;
  readonly level: number;
}

const WIDTH = 1200;
const MARGIN = 12;
const ROW_HEIGHT = 19;
const HEAD_HEIGHT = 78;
const FOOT_HEIGHT = 34;
const CHARACTER_WIDTH = 6.7;

/** Legend: origins of functions, with their base colours. The first match applies. */
const GROUPS: readonly {
  readonly name: string;
  readonly files: RegExp;
  readonly colour: readonly [hue: number, saturation: number, lightness: number];
}[] = [
  { name: "this repository", files: /^[^:]+\.\w+$/, colour: [30, 88, 66] },
  { name: "npm packages", files: /^npm:/, colour: [205, 65, 72] },
  { name: "runtime", files: /./, colour: [130, 38, 72] },
  { name: "engine", files: /^/, colour: [230, 8, 80] },
];

/**
 * Draws a call tree as a flame graph.
 *
 * @param tree Root of the call tree.
 * @param text Heading, subtitle and root of paths.
 * @returns Text of an SVG file.
 */
export function drawFlameGraph(tree: CallTree, text: FlameGraphText): string {
  const frames = layOut(tree, text.root);
  const total = frames[0]?.total ?? 0;
  const levels = frames.reduce((most, frame) => Math.max(most, frame.level + 1), 1);
  const bottom = HEAD_HEIGHT + levels * ROW_HEIGHT;
  const height = bottom + FOOT_HEIGHT;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="100%" \
preserveAspectRatio="xMidYMin meet" style="max-width:${
    WIDTH * 1.6
  }px" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" \
font-size="11">
<style>
  .frame { cursor: pointer }
  .frame text { pointer-events: none; white-space: pre }
  .frame:hover rect { stroke: #000; stroke-width: 1 }
  .behind { opacity: 0.45 }
  .found rect { fill: #ea9bea }
  .button { cursor: pointer; fill: #0b57d0; visibility: hidden }
  input { width: 100%; box-sizing: border-box; font: inherit; padding: 2px 6px }
</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${MARGIN}" y="26" font-size="17" font-weight="bold">${escapeXml(text.title)}</text>
<text x="${MARGIN}" y="45" fill="#555">${escapeXml(text.subtitle)}</text>
${drawLegend()}
<text id="reset" class="button" x="${WIDTH - 330}" y="26">Reset zoom</text>
<foreignObject x="${WIDTH - 240}" y="10" width="${240 - MARGIN}" height="26">\
<input xmlns="http://www.w3.org/1999/xhtml" id="search" type="search" placeholder="Search functions and files"/>\
</foreignObject>
<text id="found" x="${WIDTH - MARGIN}" y="52" text-anchor="end" fill="#555"></text>
<g id="frames" data-width="${WIDTH - 2 * MARGIN}" data-margin="${MARGIN}" \
data-character="${CHARACTER_WIDTH}">
${frames.map((frame) => drawFrame(frame, total, bottom)).join("\n")}
</g>
<text id="details" x="${MARGIN}" y="${bottom + 22}"> </text>
<script><![CDATA[${FLAME_GRAPH_SCRIPT}]]></script>
</svg>
`;
}

/**
 * Escapes text for XML elements and quoted attributes. Replaces characters that XML forbids
 * with `?`.
 */
export function escapeXml(text: string): string {
  return text
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "?")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&apos;");
}

/** Lays out the frames, root first; siblings from the longest to the shortest. */
function layOut(tree: CallTree, root: string): Frame[] {
  const frames: Frame[] = [];
  const add = (nodes: readonly CallTree[], place: FunctionPlace, start: number, level: number) => {
    const self = nodes.reduce((sum, node) => sum + node.self, 0);
    const file = level === 0 ? "" : formatFile(place, root);
    frames.push({ ...place, file, self, total: sumTimes(nodes), start, level });
    // Merges calls of the same function into one frame.
    const called = Map.groupBy(
      nodes.flatMap(({ children }) => children),
      ({ frame }) => placeKey(identifyFunction(frame)),
    );
    for (const group of [...called.values()].sort((a, b) => sumTimes(b) - sumTimes(a))) {
      const time = sumTimes(group);
      if (time > 0) add(group, identifyFunction(group[0]!.frame), start, level + 1);
      start += time;
    }
  };
  add([tree], { name: "all", url: "", line: 0 }, 0, 0);
  return frames;
}

function sumTimes(nodes: readonly CallTree[]): number {
  return nodes.reduce((sum, node) => sum + totalTime(node), 0);
}

function drawFrame(frame: Frame, total: number, bottom: number): string {
  const scale = total > 0 ? (WIDTH - 2 * MARGIN) / total : 0;
  const x = MARGIN + frame.start * scale;
  const width = frame.level === 0 ? WIDTH - 2 * MARGIN : frame.total * scale;
  const y = bottom - (frame.level + 1) * ROW_HEIGHT;
  const place = frame.line > 0 ? `${frame.file}:${frame.line}` : frame.file;
  const time = `${formatTime(frame.total)}, ${formatPercent(frame.total, total)} %`;
  const itself = `itself ${formatTime(frame.self)}, ${formatPercent(frame.self, total)} %`;
  const data = {
    start: round(total > 0 ? frame.start / total : 0, 7),
    size: round(total > 0 ? frame.total / total : 1, 7),
    level: String(frame.level),
    name: frame.name,
    place,
    time,
  };
  const attributes = Object.entries(data)
    .map(([name, value]) => ` data-${name}="${escapeXml(value)}"`).join("");
  return `<g class="frame"${attributes}>` +
    `<title>${escapeXml(`${frame.name} ${place}`.trimEnd())}\n${escapeXml(`${time}; ${itself}`)}` +
    `</title><rect x="${round(x)}" y="${y}" width="${round(width)}" height="${ROW_HEIGHT - 1}" ` +
    `rx="1.5" fill="${pickColour(frame)}"/>` +
    `<text x="${round(x + 4)}" y="${y + 13}">${escapeXml(fit([frame.name, place, time], width))}` +
    `</text></g>`;
}

/**
 * Joins the parts that fit, and truncates the first. The script has the same function, for
 * zooming.
 */
function fit(parts: readonly string[], width: number): string {
  const room = Math.floor((width - 8) / CHARACTER_WIDTH);
  const [name = "", ...rest] = parts.filter((part) => part !== "");
  if (name.length > room) return room < 3 ? "" : `${name.slice(0, room - 1)}…`;
  let text = name;
  for (const part of rest) {
    if (text.length + 2 + part.length > room) break;
    text += `  ${part}`;
  }
  return text;
}

function pickColour(frame: Frame): string {
  if (frame.level === 0) return "#e4e4ea";
  const { colour } = GROUPS.find(({ files }) => files.test(frame.file))!;
  let hash = 0;
  for (const character of frame.name + frame.file) {
    hash = (hash * 31 + character.charCodeAt(0)) % 997;
  }
  const [hue, saturation, lightness] = colour;
  return `hsl(${hue + hash % 17 - 8}, ${saturation}%, ${lightness + hash % 11 - 5}%)`;
}

function drawLegend(): string {
  let x = MARGIN;
  return GROUPS.map(({ name, colour: [hue, saturation, lightness] }) => {
    const left = x;
    x += 30 + name.length * CHARACTER_WIDTH;
    return `<rect x="${round(left)}" y="56" width="11" height="11" rx="2" ` +
      `fill="hsl(${hue}, ${saturation}%, ${lightness}%)"/>` +
      `<text x="${round(left + 16)}" y="65.5" fill="#333">${name}</text>`;
  }).join("\n");
}

/** Rounds a number, and formats it without trailing zeros. */
function round(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)));
}
