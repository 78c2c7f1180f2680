import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import {
  cleanLabel,
  drawFlameGraph,
  escapeXml,
  type FlameGraphOptions,
} from "../../../src/profile/draw/flame_graph.ts";
import type { Frame } from "../../../src/profile/draw/frame.ts";
import { readTags } from "./xml_tags.ts";

const OPTIONS: FlameGraphOptions = {
  title: "A <title>",
  subtitle: "a & b",
  groups: [{ name: "slow & cold", colour: [200, 50, 70] }, { name: "warm", colour: [20, 50, 70] }, {
    name: "never",
    colour: [0, 0, 0],
  }],
};

const TREE: Frame = {
  name: "all",
  time: 171,
  children: [
    { name: "wait", detail: "for it", group: "warm", time: 31, from: 20, children: [] },
    {
      name: "work",
      group: "slow & cold",
      time: 100,
      from: 71,
      children: [{ name: "inner", time: 60, children: [] }],
    },
  ],
};

function namesOf(svg: string): string[] {
  return [...svg.matchAll(/ data-name="([^"]*)"/g)].map((match) => match[1]!);
}

/** Returns the left borders of the frames with a name. */
function startsOf(svg: string, name: string): number[] {
  return [...svg.matchAll(/ data-start="([^"]*)"[^>]* data-name="([^"]*)"/g)]
    .filter((match) => match[2] === name).map((match) => Number(match[1]));
}

Deno.test("drawFlameGraph() writes names, details and times as text and as tooltips", () => {
  const svg = drawFlameGraph(TREE, OPTIONS);
  assertStringIncludes(svg, ">wait  for it  31.0 µs, 18.1 %</text>");
  assertStringIncludes(svg, "<title>work\n100 µs, 58.5 %; itself 40.0 µs, 23.4 %</title>");
  const inOrder = drawFlameGraph(TREE, { ...OPTIONS, order: "time" });
  assertStringIncludes(
    inOrder,
    "<title>work\n100 µs, 58.5 %; itself 40.0 µs, 23.4 %; from 71.0 µs</title>",
  );
});

Deno.test("drawFlameGraph() shows the longest frame first, or each where it happened", () => {
  const bySize = drawFlameGraph(TREE, OPTIONS);
  assertEquals([startsOf(bySize, "work"), startsOf(bySize, "wait")], [[0], [0.5847953216]]);
  const byTime = drawFlameGraph(TREE, { ...OPTIONS, order: "time" });
  assertEquals([startsOf(byTime, "work"), startsOf(byTime, "wait")], [[
    0.4152046784,
  ], [0.1169590643]]);
});

Deno.test("drawFlameGraph() has the groups of its caller that occur in the legend and as colours", () => {
  const svg = drawFlameGraph(TREE, OPTIONS);
  const legend = [...svg.matchAll(/fill="#333">([^<]*)</g)].map(([, name]) => name);
  assertEquals(legend, ["slow &amp; cold", "warm"]);
  assertStringIncludes(svg, 'fill="hsl(200, 50%, 70%)"/><text x="28" y="65.5" fill="#333">slow');
  const hues = [...svg.matchAll(/data-name="(\w+)"[^]*? fill="hsl\((\d+), (\d+)%/g)];
  for (const [, name, hue, saturation] of hues) {
    const near = { work: 200, wait: 20 }[name!];
    if (near === undefined) assertEquals(saturation, "12", `${name} has no group`);
    else assert(Math.abs(Number(hue) - near) < 10, `${name} has the hue ${hue}`);
  }
  assertEquals(hues.length, 4);
});

Deno.test("drawFlameGraph() is well-formed XML without external resources, for any label", () => {
  const children = [`<a "b" & 'c'>]]>\u0001\ud800</script>`, "x\ny\u202e\u0085", "語".repeat(5000)]
    .map((name) => ({ name, detail: name, time: 57, children: [] }));
  const svg = drawFlameGraph({ ...TREE, children }, OPTIONS);
  const tags = readTags(svg);
  assertEquals(tags.filter((name) => name === "script").length, 1);
  assertEquals(tags.filter((name) => name === "title").length, 4);
  assertStringIncludes(svg, "&lt;a &quot;b&quot; &amp; &apos;c&apos;&gt;]]&gt;??&lt;/script&gt;");
  assertStringIncludes(svg, ' data-name="x y??"');
  assertEquals(namesOf(svg).at(-1), `${"語".repeat(1999)}…`);
  assertFalse(/\b(href|src|@import|url\()/.test(svg));
  assertFalse(svg.includes("NaN"));
});

Deno.test("drawFlameGraph() truncates labels to their frames, and wide characters sooner", () => {
  const name = (text: string): Frame => ({ name: text, time: 10, children: [] });
  const children = [name("n".repeat(50)), name("語".repeat(50)), name("😀".repeat(50))];
  const svg = drawFlameGraph({ name: "all", time: 60, children }, OPTIONS);
  const labels = [...svg.matchAll(/<text x="[^"]*" y="\d+">([^<]*…)<\/text>/g)].map((at) => at[1]!);
  assertEquals(labels, [`${"n".repeat(27)}…`, `${"語".repeat(13)}…`, `${"😀".repeat(13)}…`]);
});

Deno.test("drawFlameGraph() truncates a heading and the line below it", () => {
  const svg = drawFlameGraph(TREE, {
    ...OPTIONS,
    title: "t".repeat(500),
    subtitle: "s".repeat(500),
  });
  assertStringIncludes(svg, `>${"t".repeat(78)}…</text>`);
  assertStringIncludes(svg, `>${"s".repeat(173)}…</text>`);
});

Deno.test("drawFlameGraph() leaves out the shortest of too many frames, and says so", () => {
  const children = Array.from({ length: 20_500 }, (_, index): Frame => ({
    name: `${index}`,
    time: index === 20_400 ? 9 : 1,
    children: [{ name: "inner", time: 0.5, children: [] }],
  }));
  const svg = drawFlameGraph({ name: "all", time: 20_508, children }, {
    ...OPTIONS,
    order: "time",
  });
  assertEquals(namesOf(svg).length, 20_000);
  assert(namesOf(svg).includes("20400"));
  assertStringIncludes(svg, ">21,001 frames left out; a &amp; b</text>");
});

Deno.test("drawFlameGraph() leaves out the rows above too many, and says so", () => {
  let tree: Frame = { name: "top", time: 1, children: [] };
  for (let depth = 0; depth < 300; depth++) tree = { name: "f", time: 1, children: [tree] };
  const svg = drawFlameGraph(tree, OPTIONS);
  assertEquals(namesOf(svg).length, 200);
  assertStringIncludes(svg, ">101 frames left out; a &amp; b</text>");
});

Deno.test("drawFlameGraph() keeps frames within those around them and the picture", () => {
  for (const order of ["size", "time"] as const) {
    const svg = drawFlameGraph(TREE, { ...OPTIONS, order });
    const frames = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="18"/g)];
    assertEquals(frames.length, 4);
    for (const [, x, width] of frames) assert(Number(x) + Number(width) <= 1188.1);
  }
});

Deno.test("drawFlameGraph() draws a tree without time", () => {
  for (const order of ["size", "time"] as const) {
    const svg = drawFlameGraph({ name: "all", time: 0, children: [] }, { ...OPTIONS, order });
    readTags(svg);
    assertFalse(svg.includes("NaN"));
  }
});

Deno.test("escapeXml replaces what XML cannot hold", () => {
  assertEquals(escapeXml("a\u0000b\uffff\ud800 😀"), "a?b?? 😀");
});

Deno.test("cleanLabel() makes one line, without cutting a character in two", () => {
  assertEquals(cleanLabel("  a\r\n\tb\u001b[31m\u2066\u061c "), "a b?[31m??");
  assertEquals(cleanLabel(`${"a".repeat(1998)}😀😀`), `${"a".repeat(1998)}…`);
  assertEquals(cleanLabel("a".repeat(2000)), "a".repeat(2000));
});
