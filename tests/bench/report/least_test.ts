import { assertEquals } from "@std/assert";
import { leastBenches, leastFigures } from "../../../bench/report/least.ts";
import { sampleBench, sampleFigure } from "./fixture.ts";

Deno.test("leastBenches() takes each benchmark as it was in its better run", () => {
  const one = sampleBench({ minimum: 5, average: 9, p99: 20 });
  const other = sampleBench({ minimum: 6, average: 8, p99: 30 });
  assertEquals(leastBenches([one], [other]), [{ ...one, minimum: 5, average: 8, p99: 20 }]);
});

Deno.test("leastBenches() tells benchmarks of the same name in other groups apart", () => {
  const one = sampleBench({ group: "a", minimum: 5 });
  assertEquals(leastBenches([one], [sampleBench({ group: "b", minimum: 1 })]), [one]);
});

Deno.test("leastFigures() takes a figure and its floor each from its better run", () => {
  const floor = (minimum: number) => ({ name: "bare", minimum, median: minimum + 1 });
  const one = sampleFigure({ minimum: 10, median: 12, floor: floor(4) });
  const other = sampleFigure({ minimum: 11, median: 11, floor: floor(2) });
  assertEquals(leastFigures([one], [other]), [
    { ...one, minimum: 10, median: 11, floor: floor(2) },
  ]);
});

Deno.test("leastFigures() keeps what was measured only once", () => {
  const once = sampleFigure({ name: "importing mod.ts" });
  assertEquals(leastFigures([once], [sampleFigure({ name: "another", minimum: 0 })]), [once]);
});
