/**
 * Flame graph as a self-contained SVG file. The width of a frame is its time, and the frames
 * within it are drawn above it. In a browser, hovering shows names and times, a click zooms, and a
 * search highlights matches.
 *
 * @module
 */

import { FLAME_GRAPH_SCRIPT, WIDE_CHARACTER } from "./flame_graph_script.ts";
import { type Frame, type FrameOrder, layOutFrames, type PlacedFrame } from "./frame.ts";
import { formatNumber, formatPercent, formatTime } from "./table.ts";

/** Group of frames, which the legend shows. */
export interface FrameGroup {
  /** Name of the group. */
  readonly name: string;
  /** Colour, from which that of a frame differs a little. */
  readonly colour: readonly [hue: number, saturation: number, lightness: number];
}

/** Options of {@linkcode drawFlameGraph}. */
export interface FlameGraphOptions {
  /** Heading. */
  readonly title: string;
  /** Line below the heading. */
  readonly subtitle: string;
  /** Groups of the frames, in the order of the legend, which shows those that occur. */
  readonly groups: readonly FrameGroup[];
  /** Order of the frames. `@default {"size"}` */
  readonly order?: FrameOrder;
}

const WIDTH = 1200;
const MARGIN = 12;
const ROW_HEIGHT = 19;
const HEAD_HEIGHT = 78;
const FOOT_HEIGHT = 34;
const CHARACTER_WIDTH = 6.7;

/** Maximum number of frames; the longest are kept. A browser needs a second or two for so many. */
const MAX_FRAMES = 20_000;

/** Maximum number of rows. Deep recursion, or many parallel calls, would need more. */
const MAX_ROWS = 200;

/** Maximum length of a label. Labels may quote what a model or a user wrote. */
const MAX_LABEL = 2_000;

/**
 * Draws a flame graph.
 *
 * @param tree Lowest frame, which contains all others.
 * @returns Text of an SVG file.
 */
export function drawFlameGraph(
  tree: Frame,
  { title, subtitle, groups, order = "size" }: FlameGraphOptions,
): string {
  const laidOut = layOutFrames(tree, order);
  const frames = laidOut.filter(({ level }) => level < MAX_ROWS)
    .sort((a, b) => b.time - a.time).slice(0, MAX_FRAMES);
  const omitted = laidOut.length - frames.length;
  const note = omitted > 0 ? `${formatNumber(omitted, "frame")} left out; ` : "";
  const levels = frames.reduce((most, frame) => Math.max(most, frame.level + 1), 1);
  const bottom = HEAD_HEIGHT + levels * ROW_HEIGHT;
  const height = bottom + FOOT_HEIGHT;
  const drawFrame = makeFramePen(frames[0]!, groups, order, bottom);
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
  .searching .frame:not(.found) { opacity: 0.25 }
  .button { cursor: pointer; fill: #0b57d0; visibility: hidden }
  input { width: 100%; box-sizing: border-box; font: inherit; padding: 2px 6px }
</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${MARGIN}" y="26" font-size="17" font-weight="bold">\
${escapeXml(fit([cleanLabel(title)], (WIDTH - 360) / 1.55))}</text>
<text x="${MARGIN}" y="45" fill="#555">\
${escapeXml(fit([cleanLabel(note + subtitle)], WIDTH - 2 * MARGIN))}</text>
${drawLegend(groups.filter(({ name }) => frames.some(({ group }) => group === name)))}
<text id="reset" class="button" x="${WIDTH - 330}" y="26">Reset zoom</text>
<foreignObject x="${WIDTH - 240}" y="10" width="${240 - MARGIN}" height="26">\
<input xmlns="http://www.w3.org/1999/xhtml" id="search" type="search" placeholder="Search names"/>\
</foreignObject>
<text id="found" x="${WIDTH - MARGIN}" y="66" text-anchor="end" fill="#555"></text>
<g id="frames" data-width="${WIDTH - 2 * MARGIN}" data-margin="${MARGIN}" \
data-character="${CHARACTER_WIDTH}">
${frames.map(drawFrame).join("\n")}
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

/** Shortens a label to one line of text, in which only printable characters are left. */
export function cleanLabel(label: string): string {
  const line = label.replace(/\s+/gu, " ").trim();
  const start = line.length > MAX_LABEL
    ? `${line.slice(0, MAX_LABEL - 1).replace(/[\ud800-\udbff]$/, "")}…`
    : line;
  return start.replace(/[\p{Cc}\p{Surrogate}\p{Bidi_Control}]/gu, "?");
}

/** Returns a function that draws a frame. */
function makeFramePen(
  lowest: PlacedFrame,
  groups: readonly FrameGroup[],
  order: FrameOrder,
  bottom: number,
): (frame: PlacedFrame) => string {
  const total = lowest.time;
  const width = WIDTH - 2 * MARGIN;
  const pickColour = makePalette(groups);
  return (frame) => {
    const start = total > 0 ? (frame.start - lowest.start) / total : 0;
    const size = total > 0 ? frame.time / total : 1;
    const x = MARGIN + start * width;
    const y = bottom - (frame.level + 1) * ROW_HEIGHT;
    const name = cleanLabel(frame.name);
    const detail = cleanLabel(frame.detail ?? "");
    const time = `${formatTime(frame.time)}, ${formatPercent(frame.time, total)} %`;
    const itself = `itself ${formatTime(frame.self)}, ${formatPercent(frame.self, total)} %`;
    const since = `from ${formatTime(frame.start - lowest.start)}`;
    const hasOwnTime = frame.self > 0 && frame.self < frame.time;
    const more = order === "size" ? itself : hasOwnTime ? `${itself}; ${since}` : since;
    const data = {
      start: round(start, 10),
      size: round(size, 10),
      level: String(frame.level),
      name,
      place: detail,
      time,
    };
    const attributes = Object.entries(data)
      .map(([key, value]) => ` data-${key}="${escapeXml(value)}"`).join("");
    return `<g class="frame"${attributes}>` +
      `<title>${escapeXml(`${name} ${detail}`.trimEnd())}\n${escapeXml(`${time}; ${more}`)}` +
      `</title><rect x="${round(x)}" y="${y}" width="${round(shrink(size * width))}" ` +
      `height="${ROW_HEIGHT - 1}" rx="1.5" fill="${pickColour(frame)}"/>` +
      `<text x="${round(x + 4)}" y="${y + 13}">` +
      `${escapeXml(fit([name, detail, time], size * width))}</text></g>`;
  };
}

/**
 * Joins the parts that fit, and truncates the first. The script has the same function, for
 * zooming.
 */
function fit(parts: readonly string[], width: number): string {
  const room = Math.floor((width - 8) / CHARACTER_WIDTH);
  const [name = "", ...rest] = parts.filter((part) => part !== "");
  if (cut(name, room) !== name) return room < 3 ? "" : `${cut(name, room - 1)}…`;
  let text = name;
  for (const part of rest) {
    const longer = `${text}  ${part}`;
    if (cut(longer, room) !== longer) break;
    text = longer;
  }
  return text;
}

/** Returns the start of a text that has room. The script has the same function. */
function cut(text: string, room: number): string {
  let length = 0;
  for (const character of text) {
    room -= WIDE_CHARACTER.test(character) ? 2 : 1;
    if (room < 0) return text.slice(0, length);
    length += character.length;
  }
  return text;
}

/** Leaves a gap beside a frame that is wide enough. The script has the same function. */
function shrink(width: number): number {
  return width > 3 ? width - 0.6 : width;
}

/** Returns a function that picks a colour near that of the group, by the label. */
function makePalette(groups: readonly FrameGroup[]): (frame: PlacedFrame) => string {
  const colours = new Map(groups.map(({ name, colour }) => [name, colour]));
  return ({ level, name, detail = "", group = "" }) => {
    const [hue, saturation, lightness] = colours.get(group) ?? [240, 12, level === 0 ? 90 : 88];
    let hash = 0;
    for (const character of cleanLabel(name + detail)) {
      hash = (hash * 31 + character.codePointAt(0)!) % 997;
    }
    return `hsl(${hue + hash % 17 - 8}, ${saturation}%, ${lightness + hash % 11 - 5}%)`;
  };
}

function drawLegend(groups: readonly FrameGroup[]): string {
  let x = MARGIN;
  return groups.map(({ name, colour: [hue, saturation, lightness] }) => {
    const left = x;
    x += 30 + name.length * CHARACTER_WIDTH;
    return `<rect x="${round(left)}" y="56" width="11" height="11" rx="2" ` +
      `fill="hsl(${hue}, ${saturation}%, ${lightness}%)"/>` +
      `<text x="${round(left + 16)}" y="65.5" fill="#333">${escapeXml(name)}</text>`;
  }).join("\n");
}

/** Rounds a number, and formats it without trailing zeros. */
function round(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)));
}
