import { assertEquals } from "@std/assert";
import {
  buildCallTree,
  computeFunctionTimes,
  totalTime,
} from "../../../src/profile/functions/call_tree.ts";
import { makeProfile, sampleProfile } from "../fixture.ts";

/** Self and cumulative time by function name. */
function timesByName(within?: string): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    computeFunctionTimes(buildCallTree(sampleProfile(), within).tree)
      .map(({ place, self, cumulative }) => [place.name, [self, cumulative]]),
  );
}

Deno.test("buildCallTree assigns each sample the time until the next", () => {
  const { tree, samples, sampled } = buildCallTree(sampleProfile());
  assertEquals([samples, sampled, totalTime(tree)], [10, 278, 278]);
});

Deno.test("buildCallTree leaves out what was sampled before and after a function", () => {
  const { samples, sampled } = buildCallTree(sampleProfile(), "repeatScenario");
  assertEquals([samples, sampled], [8, 171]);
});

Deno.test("buildCallTree keeps the whole profile when the function was never seen", () => {
  assertEquals(buildCallTree(sampleProfile(), "missing").sampled, 278);
});

Deno.test("computeFunctionTimes counts a recursive call once in the cumulative time", () => {
  assertEquals(timesByName("repeatScenario")["fib"], [70, 80]);
  assertEquals(timesByName("repeatScenario")["repeatScenario"], [21, 101]);
});

Deno.test("computeFunctionTimes counts mutual recursion once", () => {
  const profile = makeProfile([
    ["(root)", "", [2]],
    ["a", "file:///x.ts:1:1", [3]],
    ["b", "file:///x.ts:2:1", [4]],
    ["a", "file:///x.ts:1:1"],
  ], [[2, 1], [3, 10], [4, 100]]);
  const times = computeFunctionTimes(buildCallTree(profile).tree);
  assertEquals(times.map(({ self, cumulative }) => [self, cumulative]), [[101, 111], [10, 110]]);
});

Deno.test("computeFunctionTimes keeps anonymous functions, modules and V8's own rows", () => {
  assertEquals(timesByName(), {
    "(module)": [107, 107],
    "repeatScenario": [21, 101],
    "fib": [70, 80],
    "(anonymous)": [10, 10],
    "(garbage collector)": [50, 50],
    "(idle)": [5, 5],
    "(program)": [15, 15],
  });
});

Deno.test("computeFunctionTimes returns self times that add up to the total", () => {
  const sum = Object.values(timesByName()).reduce((total, [self]) => total + self, 0);
  assertEquals(sum, buildCallTree(sampleProfile()).sampled);
});

Deno.test("computeFunctionTimes tells functions of one line apart by name", () => {
  const profile = makeProfile([
    ["(root)", "", [2, 3, 4]],
    ["", "file:///x.ts:3:10"],
    ["", "file:///x.ts:3:25"],
    ["a", "file:///x.ts:3:30"],
  ], [[2, 1], [3, 2], [4, 5]]);
  assertEquals(computeFunctionTimes(buildCallTree(profile).tree).map(({ self }) => self), [3, 5]);
});
