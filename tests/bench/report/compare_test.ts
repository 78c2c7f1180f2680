import { assertEquals } from "@std/assert";
import type { Figure } from "../../../bench/figure.ts";
import type { Bench } from "../../../bench/report/benches.ts";
import { type Change, compareResults, makeChangesTable } from "../../../bench/report/compare.ts";
import { sampleBench, sampleFigure, sampleReport, sampleResults } from "./fixture.ts";

const FLOOR = { name: "bare", minimum: 10, median: 12 };

/** Compares one figure. The default noise is 30 %. */
function compareFigures(before: Partial<Figure>, after: Partial<Figure>, noise = 0.3): Change {
  const results = (part: Partial<Figure>) =>
    sampleResults({ figures: [sampleFigure(part)], benches: [] });
  return compareResults(results(before), results(after), noise)[0]!;
}

function compareBenches(before: readonly Bench[], after: readonly Bench[]): Change[] {
  const results = (benches: readonly Bench[]) => sampleResults({ figures: [], benches });
  return compareResults(results(before), results(after), 0.3);
}

/** Makes a benchmark and its floor, in nanoseconds. */
function makePair(minimum: number, floor: number): Bench[] {
  return [sampleBench({ name: "bare", isFloor: true, minimum: floor }), sampleBench({ minimum })];
}

Deno.test("compareResults() finds no difference between a run and itself", () => {
  const changes = compareResults(sampleReport(), sampleReport(), 0);
  assertEquals(changes.map(({ ratio, verdict }) => [ratio, verdict]), Array(7).fill([1, "same"]));
});

Deno.test("compareResults() calls a figure worse only beyond the noise", () => {
  const verdict = (minimum: number) => compareFigures({}, { minimum }, 0.25).verdict;
  assertEquals([verdict(125), verdict(125.1)], ["same", "worse"]);
});

Deno.test("compareResults() calls a figure better beyond the same factor", () => {
  const verdict = (minimum: number) => compareFigures({}, { minimum }, 0.25).verdict;
  assertEquals([verdict(80), verdict(79.9)], ["same", "better"]);
});

Deno.test("compareResults() reports every difference without noise", () => {
  assertEquals(compareFigures({}, { minimum: 100.01 }, 0).verdict, "worse");
  assertEquals(compareFigures({}, { minimum: 99.99 }, 0).verdict, "better");
});

Deno.test("compareResults() ignores differences below the resolution", () => {
  const verdict = (before: Partial<Figure>, after: Partial<Figure>) =>
    compareFigures({ minimum: 2, ...before }, after).verdict;
  assertEquals(verdict({}, { minimum: 7, resolution: 5 }), "same");
  assertEquals(verdict({}, { minimum: 7.1, resolution: 5 }), "worse");
  assertEquals(verdict({ resolution: 5 }, { minimum: 7, resolution: 1 }), "same");
  assertEquals(verdict({ minimum: 7, resolution: 5 }, { minimum: 2 }), "same");
});

Deno.test("compareResults() prefers the noise of a figure to the general one", () => {
  assertEquals(compareFigures({}, { minimum: 110, noise: 0.05 }, 0.3).verdict, "worse");
  assertEquals(compareFigures({}, { minimum: 140, noise: 0.5 }, 0.3).verdict, "same");
});

Deno.test("compareResults() compares ratios to the floor, so that a slow machine changes nothing", () => {
  const slow = { minimum: 400, floor: { ...FLOOR, minimum: 40 } };
  const change = compareFigures({ floor: FLOOR }, slow);
  assertEquals(change, {
    name: "a turn",
    before: "10.0 ×",
    after: "10.0 ×",
    ratio: 1,
    verdict: "same",
  });
});

Deno.test("compareResults() does not report a figure as worse if only its floor is faster", () => {
  const faster = { floor: { ...FLOOR, minimum: 4 } };
  assertEquals(compareFigures({ floor: FLOOR }, faster).verdict, "same");
  assertEquals(compareFigures(faster, { floor: FLOOR }).verdict, "same");
  assertEquals(compareFigures({ floor: FLOOR }, { ...faster, minimum: 140 }).verdict, "worse");
});

Deno.test("compareResults() converts the resolution to a ratio to the floor", () => {
  const verdict = (resolution: number) =>
    compareFigures({ floor: FLOOR }, { minimum: 200, floor: FLOOR, resolution }).verdict;
  assertEquals([verdict(100), verdict(99)], ["same", "worse"]);
});

Deno.test("compareResults() compares the excess if the budget limits it", () => {
  const budget = { kind: "over the floor", limit: 1 } as const;
  const change = compareFigures(
    { floor: FLOOR, budget },
    { minimum: 150, floor: { ...FLOOR, minimum: 60 }, budget, noise: 0 },
  );
  assertEquals(change, {
    name: "a turn",
    before: "90.0 µs",
    after: "90.0 µs",
    ratio: 1,
    verdict: "same",
  });
});

Deno.test("compareResults() compares the figure itself if it has no floor", () => {
  const budget = { kind: "times the floor", limit: 1 } as const;
  const { before, after, verdict } = compareFigures({ budget }, { minimum: 500, budget });
  assertEquals([before, after, verdict], ["100 µs", "500 µs", "worse"]);
});

Deno.test("compareResults() reports figures of only one run", () => {
  const results = (name: string) => sampleResults({ figures: [sampleFigure({ name })] });
  const [gone, , added] = compareResults(results("old"), results("young"), 0.3);
  assertEquals(gone, { name: "old", before: "100 µs", after: "—", ratio: NaN, verdict: "gone" });
  assertEquals(added, { name: "young", before: "—", after: "100 µs", ratio: NaN, verdict: "new" });
});

Deno.test("compareResults() compares benchmarks with their floors, which it omits", () => {
  assertEquals(compareBenches(makePair(500, 250), makePair(750, 250)), [{
    name: "a session: createSession()",
    before: "2.00 ×",
    after: "3.00 ×",
    ratio: 1.5,
    verdict: "worse",
  }]);
});

Deno.test("compareResults() ignores differences of benchmarks up to 20 ns", () => {
  const verdict = (minimum: number) =>
    compareBenches(makePair(20, 10), makePair(minimum, 10))[0]!.verdict;
  assertEquals([verdict(40), verdict(41)], ["same", "worse"]);
});

Deno.test("compareResults() compares a benchmark without a floor by its time", () => {
  const [change] = compareBenches([sampleBench()], [sampleBench({ minimum: 1_000 })]);
  assertEquals([change!.before, change!.after, change!.ratio], ["500 ns", "1.00 µs", 2]);
});

Deno.test("compareResults() names a benchmark without a group by its name alone", () => {
  const ungrouped = [sampleBench({ group: "" })];
  assertEquals(compareBenches(ungrouped, ungrouped)[0]!.name, "createSession()");
});

Deno.test("compareResults() compares values of 0", () => {
  const nothing = { minimum: 0, floor: FLOOR };
  assertEquals(compareFigures(nothing, nothing).verdict, "same");
  assertEquals(compareBenches(makePair(0, 0), makePair(0, 0))[0]!.verdict, "same");
});

Deno.test("compareResults() converts units", () => {
  const nanoseconds = { unit: "ns", minimum: 100_000 } as const;
  assertEquals(compareFigures({}, nanoseconds).verdict, "same");
});

Deno.test("makeChangesTable() puts changes beyond the noise first", () => {
  const change = (name: string, verdict: Change["verdict"], ratio = NaN): Change => ({
    name,
    before: "1",
    after: "2",
    ratio,
    verdict,
  });
  const changes = [
    change("a", "same", 1),
    change("b", "new"),
    change("c", "gone"),
    change("d", "better", 0.5),
    change("e", "worse", 2),
    change("f", "worse", 4 / 3),
  ];
  assertEquals(makeChangesTable(changes), {
    head: ["figure", "before", "after", "ratio", ""],
    rows: [
      ["e", "1", "2", "2.00", "worse"],
      ["f", "1", "2", "1.33", "worse"],
      ["d", "1", "2", "0.50", "better"],
      ["c", "1", "2", "—", "gone"],
      ["b", "1", "2", "—", "new"],
      ["a", "1", "2", "1.00", "same"],
    ],
  });
});
