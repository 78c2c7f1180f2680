import { assertEquals } from "@std/assert";
import { mergeBenches, mergeFigures } from "../../../bench/report/merge_runs.ts";
import { sampleBench, sampleFigure } from "./fixture.ts";

Deno.test("mergeBenches() returns the minima of both runs", () => {
  const one = sampleBench({ minimum: 5, average: 9, p99: 20 });
  const other = sampleBench({ minimum: 6, average: 8, p99: 30 });
  assertEquals(mergeBenches([one], [other]), [{ ...one, minimum: 5, average: 8, p99: 20 }]);
});

Deno.test("mergeBenches() distinguishes benchmarks of the same name in different groups", () => {
  const one = sampleBench({ group: "a", minimum: 5 });
  assertEquals(mergeBenches([one], [sampleBench({ group: "b", minimum: 1 })]), [one]);
});

Deno.test("mergeFigures() returns the minima of a figure and of its floor", () => {
  const floor = (minimum: number) => ({ name: "bare", minimum, median: minimum + 1 });
  const one = sampleFigure({ minimum: 10, median: 12, floor: floor(4) });
  const other = sampleFigure({ minimum: 11, median: 11, floor: floor(2) });
  assertEquals(mergeFigures([one], [other]), [
    { ...one, minimum: 10, median: 11, floor: floor(2) },
  ]);
});

Deno.test("mergeFigures() keeps a figure of only one run", () => {
  const once = sampleFigure({ name: "importing mod.ts" });
  assertEquals(mergeFigures([once], [sampleFigure({ name: "another", minimum: 0 })]), [once]);
});
