/**
 * Plot of the cost of a model call by the length of the history, as an SVG file with
 * logarithmic axes.
 *
 * @module
 */
import { escapeXml } from "../../src/profile/draw/flame_graph.ts";
import type { PeerFigures } from "../peers/peer_figures.ts";
import { formatValue } from "./format.ts";
import type { Setting } from "./setting.ts";

const WIDTH = 900;
const HEIGHT = 470;
const LEFT = 70;
const RIGHT = 330;
const TOP = 64;
const BOTTOM = 46;

/** Minimum distance of two labels. */
const LABEL_HEIGHT = 15;

/** Colours that colour-blind people can distinguish. The first is that of this framework. */
const COLOURS = [
  "#d55e00",
  "#0072b2",
  "#56b4e9",
  "#009e73",
  "#6b8e23",
  "#cc79a7",
  "#7b4fa3",
  "#b59f00",
  "#777777",
];

/** Draws the frameworks, this one first. */
export function plotPeers(peers: readonly PeerFigures[], { processor, date }: Setting): string {
  const calls = peers.flatMap(({ calls }) => calls);
  const x = makeLogScale(calls.map(({ messages }) => messages), LEFT, WIDTH - RIGHT);
  const y = makeLogScale(calls.map(({ minimum }) => minimum), HEIGHT - BOTTOM, TOP);
  const labels = spreadLabels(peers.map(({ calls }) => y.at(calls.at(-1)!.minimum)));
  const lines = peers.map(({ title, calls }, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    const points = calls.map(({ messages, minimum }) => [x.at(messages), y.at(minimum)] as const);
    const [endX, endY] = points.at(-1)!;
    const label = labels[index]!;
    const last = formatValue(calls.at(-1)!.minimum, "µs");
    return `<g stroke="${colour}" fill="${colour}"${index === 0 ? ' font-weight="bold"' : ""}>
<polyline points="${points.map((point) => point.map(round).join(",")).join(" ")}" fill="none" \
stroke-width="${index === 0 ? 3 : 1.6}"/>
${points.map(([cx, cy]) => `<circle cx="${round(cx)}" cy="${round(cy)}" r="3"/>`).join("")}
<path d="M${round(endX + 5)} ${round(endY)}L${round(endX + 16)} ${round(label)}" fill="none" \
stroke-width="0.7"/>
<text x="${round(endX + 20)}" y="${round(label + 4)}" stroke="none">\
${escapeXml(`${title}: ${last}`)}</text>
</g>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" \
font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="26" font-size="17" font-weight="bold">\
What a framework costs per model call, the model itself at no time</text>
<text x="${LEFT}" y="45" fill="#555">\
${escapeXml(`Least of all rounds, logarithmic; messages of history below; ${processor}, ${date}`)}\
</text>
${x.ticks.map((tick) => drawVerticalLine(x.at(tick), tick.toLocaleString("en-US"))).join("\n")}
${y.ticks.map((tick) => drawHorizontalLine(y.at(tick), formatTick(tick))).join("\n")}
${lines.join("\n")}
</svg>
`;
}

/** Makes a logarithmic scale over all values, with a tick at each power of ten. */
function makeLogScale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  return {
    at: (value: number): number => from + (to - from) * (Math.log10(value) - low) / (high - low),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
}

/** Moves labels so that none overlaps another or lies below the picture. */
function spreadLabels(wanted: readonly number[]): number[] {
  const placed = [...wanted];
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  let last = -Infinity;
  for (const index of order) {
    last = placed[index] = Math.max(wanted[index]!, last + LABEL_HEIGHT);
  }
  let next = HEIGHT;
  for (const index of order.reverse()) {
    next = placed[index] = Math.min(placed[index]!, next - LABEL_HEIGHT);
  }
  return placed;
}

function drawVerticalLine(x: number, label: string): string {
  return `<path d="M${round(x)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>` +
    `<text x="${round(x)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#333">` +
    `${label}</text>`;
}

function drawHorizontalLine(y: number, label: string): string {
  return `<path d="M${LEFT} ${round(y)}H${WIDTH - RIGHT}" stroke="#ddd"/>` +
    `<text x="${LEFT - 8}" y="${round(y + 4)}" text-anchor="end" fill="#333">${label}</text>`;
}

function formatTick(microseconds: number): string {
  return microseconds < 1_000 ? `${microseconds} µs` : `${microseconds / 1_000} ms`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
