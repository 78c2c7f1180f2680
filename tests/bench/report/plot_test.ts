import { assert, assertAlmostEquals, assertEquals, assertFalse } from "@std/assert";
import { assertGreaterOrEqual, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import type { PeerFigures } from "../../../bench/peers/peer_figures.ts";
import { plotPeers } from "../../../bench/report/plot.ts";
import { readTags } from "../../profile/draw/xml_tags.ts";
import { samplePeer, sampleReport, SETTING } from "./fixture.ts";

const HOSTILE = `<script>&"'</svg>]]>\u0001`;

/** Makes frameworks with one value each. */
function peersAt(...values: readonly number[]): PeerFigures[] {
  return values.map((minimum, index) =>
    samplePeer({
      title: `framework ${index}`,
      calls: [
        { messages: 10, minimum, median: minimum },
        { messages: 1_000, minimum, median: minimum },
      ],
    })
  );
}

/** Returns the positions and texts of the labels, in the order of the frameworks. */
function labelsOf(svg: string): { y: number; text: string }[] {
  return [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)" stroke="none">([^<]*)<\/text>/g)]
    .map(([, y, text]) => ({ y: Number(y), text: text! }));
}

/** Returns the points of each line. */
function linesOf(svg: string): (readonly [x: number, y: number])[][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points!.split(" ").map((point) => {
      const [x, y] = point.split(",").map(Number);
      return [x!, y!] as const;
    })
  );
}

/** Returns the minimum distance of two labels. */
function leastGap(svg: string): number {
  const places = labelsOf(svg).map(({ y }) => y).toSorted((a, b) => a - b);
  return Math.min(...places.slice(1).map((y, index) => y - places[index]!));
}

Deno.test("plotPeers() draws a line for each framework, with its name and last time", () => {
  const svg = plotPeers(sampleReport().peers!, SETTING);
  assertEquals(linesOf(svg).length, 3);
  assertEquals(labelsOf(svg).map(({ text }) => text), [
    "@nomos/agent: 1.00 ms",
    "ai, tools: 3.00 ms",
    "xstate, bare: 500 µs",
  ]);
});

Deno.test("plotPeers() highlights the first framework", () => {
  const groups = plotPeers(sampleReport().peers!, SETTING).split("<g ").slice(1);
  assertEquals(groups.map((group) => group.includes('font-weight="bold"')), [true, false, false]);
  const colours = groups.map((group) => /^stroke="([^"]*)"/.exec(group)?.[1]);
  assertEquals(new Set(colours).size, 3);
});

Deno.test("plotPeers() draws equal factors as equal distances", () => {
  const [ours, slower] = linesOf(plotPeers(sampleReport().peers!, SETTING));
  const [[x0, y0], [x1, y1], [x2, y2]] = ours as [[number, number], [number, number], [
    number,
    number,
  ]];
  assert(x1 > x0 && y1 < y0);
  assertAlmostEquals(x2 - x1, x1 - x0, 0.2);
  assertAlmostEquals(y2 - y1, y1 - y0, 0.2);
  assert(slower!.every(([, y], index) => y < ours![index]![1]));
});

Deno.test("plotPeers() draws a point of 10 at the tick of 10", () => {
  const svg = plotPeers(sampleReport().peers!, SETTING);
  const [[x, y]] = linesOf(svg)[0] as [[number, number]];
  assertStringIncludes(svg, `<path d="M${x} `);
  assert(new RegExp(`H\\d+" [^>]*/><text x="[\\d.]+" y="${y + 4}" [^>]*>10 µs<`).test(svg));
});

Deno.test("plotPeers() draws a tick at each power of ten around all values", () => {
  const svg = plotPeers(peersAt(0.5, 20_000), SETTING);
  const ticks = [...svg.matchAll(/text-anchor="(?:middle|end)"[^>]*>([^<]*)</g)];
  assertEquals(ticks.map(([, text]) => text), [
    "10",
    "100",
    "1,000",
    "0.1 µs",
    "1 µs",
    "10 µs",
    "100 µs",
    "1 ms",
    "10 ms",
    "100 ms",
  ]);
});

Deno.test("plotPeers() is well-formed XML without external resources, for any names", () => {
  const setting = { ...SETTING, processor: HOSTILE, date: HOSTILE };
  const svg = plotPeers([samplePeer({ title: HOSTILE }), samplePeer()], setting);
  const tags = readTags(svg);
  assertEquals(new Set(tags), new Set(["svg", "rect", "text", "path", "g", "polyline", "circle"]));
  assertEquals(
    labelsOf(svg)[0]!.text,
    "&lt;script&gt;&amp;&quot;&apos;&lt;/svg&gt;]]&gt;?: 1.00 ms",
  );
  assertFalse(/\b(href|src|@import|url\()/.test(svg));
});

Deno.test("plotPeers() separates the labels of lines that end together", () => {
  for (
    const values of [
      Array(9).fill(5_000),
      [500, 501, 502, 503, 504, 505, 506],
      [900, 10, 850, 12, 870, 11],
    ]
  ) assertGreaterOrEqual(leastGap(plotPeers(peersAt(...values), SETTING)), 14.8);
});

Deno.test("plotPeers() does not move labels that do not overlap", () => {
  const svg = plotPeers(peersAt(10, 100, 1_000), SETTING);
  const ends = linesOf(svg).map((points) => points.at(-1)![1]);
  assertEquals(labelsOf(svg).map(({ y }) => y - 4), ends);
});

Deno.test("plotPeers() keeps the labels in the order of their lines", () => {
  const labels = labelsOf(plotPeers(peersAt(503, 501, 504, 502), SETTING));
  const order = labels.toSorted((a, b) => a.y - b.y).map(({ text }) => text.slice(0, 11));
  assertEquals(order, ["framework 2", "framework 0", "framework 3", "framework 1"]);
});

Deno.test("plotPeers() keeps the labels of the fastest frameworks within the picture", () => {
  const svg = plotPeers(peersAt(...Array(9).fill(10.5)), SETTING);
  const height = Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)?.[1]);
  for (const { y } of labelsOf(svg)) assertLessOrEqual(y, height);
});

Deno.test("plotPeers() keeps every line within the ticks", () => {
  const svg = plotPeers(peersAt(0.001, 1, 99_999), SETTING);
  const marks = [...svg.matchAll(/<path d="M70 ([\d.]+)H570"/g)].map(([, y]) => Number(y));
  for (const [, y] of linesOf(svg).flat()) {
    assert(y <= Math.max(...marks) && y >= Math.min(...marks), `${y}`);
  }
});

Deno.test("plotPeers() accepts a single value, and no frameworks", () => {
  const one = samplePeer({ calls: [{ messages: 10, minimum: 10, median: 10 }] });
  for (const peers of [[one], []]) {
    const svg = plotPeers(peers, SETTING);
    readTags(svg);
    assertFalse(/NaN|Infinity|undefined/.test(svg));
  }
});
