import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { buildCallTree } from "../../../src/profile/functions/call_tree.ts";
import { drawFlameGraph, escapeXml } from "../../../src/profile/draw/flame_graph.ts";
import { makeProfile, ROOT, sampleProfile } from "../fixture.ts";
import { readTags } from "./xml_tags.ts";

const TEXT = { title: "A <title>", subtitle: "a & b", root: ROOT };

Deno.test("drawFlameGraph() draws one frame per function and path", () => {
  const svg = drawFlameGraph(buildCallTree(sampleProfile(), "repeatScenario").tree, TEXT);
  const names = [...svg.matchAll(/ data-name="([^"]*)"/g)].map((match) => match[1]);
  assertEquals(names, [
    "all",
    "repeatScenario",
    "fib",
    "fib",
    "(anonymous)",
    "(garbage collector)",
    "(program)",
    "(idle)",
  ]);
});

Deno.test("drawFlameGraph() writes names, places and times as text and as tooltips", () => {
  const svg = drawFlameGraph(buildCallTree(sampleProfile(), "repeatScenario").tree, TEXT);
  assertStringIncludes(svg, ">repeatScenario  src/profile/scenario.ts:10  101 µs, 59.1 %</text>");
  assertStringIncludes(
    svg,
    "<title>fib src/fib.ts:1\n80.0 µs, 46.8 %; itself 30.0 µs, 17.5 %</title>",
  );
});

Deno.test("drawFlameGraph() is well-formed XML without external resources, for any names", () => {
  const profile = makeProfile([
    ["(root)", "", [2, 3]],
    [`<a "b" & 'c'>]]>\u0001\ud800`, "file:///x.ts:1:1"],
    ["", "file:///y.ts:1:1"],
  ], [[2, 100], [3, 1]]);
  const svg = drawFlameGraph(buildCallTree(profile).tree, TEXT);
  const tags = readTags(svg);
  assertEquals(tags.filter((name) => name === "script").length, 1);
  assertEquals(tags.filter((name) => name === "title").length, 4 - 1);
  assertStringIncludes(svg, "&lt;a &quot;b&quot; &amp; &apos;c&apos;&gt;]]&gt;??");
  assertFalse(/\b(href|src|@import|url\()/.test(svg));
  assertFalse(svg.includes("NaN"));
});

Deno.test("drawFlameGraph() keeps frames within their callers and the picture", () => {
  const svg = drawFlameGraph(buildCallTree(sampleProfile()).tree, TEXT);
  const frames = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="18"/g)];
  assertEquals(frames.length, 9);
  for (const [, x, width] of frames) assert(Number(x) + Number(width) <= 1188.1);
});

Deno.test("drawFlameGraph() draws a profile without samples", () => {
  const svg = drawFlameGraph(buildCallTree(makeProfile([["(root)", ""]], [])).tree, TEXT);
  readTags(svg);
  assertFalse(svg.includes("NaN"));
});

Deno.test("escapeXml replaces what XML cannot hold", () => {
  assertEquals(escapeXml("a\u0000b\uffff\ud800 😀"), "a?b?? 😀");
});
