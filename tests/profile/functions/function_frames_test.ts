import { assertEquals, assertStringIncludes } from "@std/assert";
import { drawFlameGraph } from "../../../src/profile/draw/flame_graph.ts";
import { buildCallTree } from "../../../src/profile/functions/call_tree.ts";
import {
  FUNCTION_GROUPS,
  makeFunctionFrames,
} from "../../../src/profile/functions/function_frames.ts";
import { makeProfile, ROOT, sampleProfile } from "../fixture.ts";

function draw(profile = sampleProfile()): string {
  const frames = makeFunctionFrames(buildCallTree(profile, "repeatScenario").tree, ROOT);
  return drawFlameGraph(frames, { title: "t", subtitle: "s", groups: FUNCTION_GROUPS });
}

Deno.test("makeFunctionFrames() makes one frame per function and path, with its place", () => {
  const svg = draw();
  const names = [...svg.matchAll(/ data-name="([^"]*)"/g)].map((match) => match[1]);
  assertEquals(names.sort(), [
    "(anonymous)",
    "(garbage collector)",
    "(idle)",
    "(program)",
    "all",
    "fib",
    "fib",
    "repeatScenario",
  ]);
  assertStringIncludes(svg, ">repeatScenario  src/profile/scenario.ts:10  101 µs, 59.1 %</text>");
  assertStringIncludes(
    svg,
    "<title>fib src/fib.ts:1\n80.0 µs, 46.8 %; itself 30.0 µs, 17.5 %</title>",
  );
});

Deno.test("makeFunctionFrames() groups functions by their origin", () => {
  const profile = makeProfile([
    ["(root)", "", [2, 3, 4, 5, 6, 7, 8]],
    ["own", `${ROOT}a.ts:1:1`],
    ["bought", "file:///cache/npm/registry.npmjs.org/valibot/1.2.3/dist/index.js:1:1"],
    ["op", "ext:core/01_core.js:1:1"],
    ["now", ""],
    ["(idle)", ""],
    ["runTurn", new URL("../../../src/turn/loop.ts:1:1", import.meta.url).href],
    ["far", "https://example.com/mod.ts:1:1"],
  ], [[2, 1], [3, 1], [4, 1], [5, 1], [6, 1], [7, 1], [8, 1]]);
  const { children } = makeFunctionFrames(buildCallTree(profile).tree, ROOT);
  assertEquals(children.map(({ name, detail, group }) => [name, detail, group]), [
    ["own", "a.ts:2", "this project"],
    ["bought", "npm:valibot@1.2.3/dist/index.js:2", "packages"],
    ["op", "ext:core/01_core.js:2", "runtime"],
    ["now", "native", "runtime"],
    ["(idle)", "", "engine"],
    ["runTurn", "@nomos/agent/src/turn/loop.ts:2", "framework"],
    ["far", "https://example.com/mod.ts:2", "packages"],
  ]);
});

Deno.test("makeFunctionFrames() makes a frame of a profile without samples", () => {
  const { tree } = buildCallTree(makeProfile([["(root)", ""]], []));
  assertEquals(makeFunctionFrames(tree, ROOT), { name: "all", time: 0, children: [] });
});
