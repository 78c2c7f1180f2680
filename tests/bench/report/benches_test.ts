import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { timesFloor } from "../../../bench/figure.ts";
import { readBenches, runBenches, toFigure } from "../../../bench/report/benches.ts";
import { inTemporaryFolder } from "../../../scripts/child.ts";
import { sampleBench } from "./fixture.ts";

const OK = { min: 1, avg: 2, p99: 3 };

Deno.test("readBenches() converts the benchmarks in order", () => {
  const benches = [
    { group: "a turn", name: "bare", baseline: true, results: [{ ok: OK }] },
    { group: null, name: "next()", baseline: false, results: [{ ok: { ...OK, min: 0.5 } }] },
  ];
  assertEquals(readBenches({ benches }), [
    { group: "a turn", name: "bare", isFloor: true, minimum: 1, average: 2, p99: 3 },
    { group: "", name: "next()", isFloor: false, minimum: 0.5, average: 2, p99: 3 },
  ]);
});

Deno.test("readBenches() names the failed benchmark and the reason", () => {
  const results = [{ failed: { message: "no milk" } }];
  assertThrows(
    () => readBenches({ benches: [{ group: null, name: "tea", baseline: false, results }] }),
    Error,
    'Cannot run the benchmark "tea": no milk',
  );
});

Deno.test("readBenches() rejects a benchmark without a result", () => {
  assertThrows(
    () => readBenches({ benches: [{ group: null, name: "tea", baseline: false, results: [] }] }),
    Error,
    'Cannot run the benchmark "tea": no result',
  );
});

Deno.test("runBenches() runs the benchmarks of a folder", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeBench(folder, '{ name: "bare", group: "tea", baseline: true, n: 1, fn() {} }');
    const [bench, ...others] = await runBenches(folder);
    assert(bench !== undefined && bench.minimum >= 0 && bench.average >= bench.minimum);
    assertEquals([bench.group, bench.name, bench.isFloor], ["tea", "bare", true]);
    assertEquals(others, []);
  });
});

Deno.test("runBenches() names the failed benchmark and the reason", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeBench(folder, '{ name: "tea", n: 1, fn() { throw new Error("no milk"); } }');
    await assertRejects(
      () => runBenches(folder),
      Error,
      'Cannot run the benchmark "tea": no milk',
    );
  });
});

Deno.test("runBenches() rejects a file that cannot be loaded", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeBench(folder, '{ name: "tea", n: 1, fn() {} }');
    await Deno.writeTextFile(new URL("milk_bench.ts", folder), 'throw new Error("no milk");\n');
    await assertRejects(() => runBenches(folder), Error, "Cannot run");
  });
});

Deno.test("toFigure() adds the floor of the same group", () => {
  const other = sampleBench({ group: "a turn", isFloor: true, minimum: 10 });
  const floor = sampleBench({ isFloor: true, minimum: 250, average: 1 });
  const bench = sampleBench({ minimum: 500 });
  assertEquals(timesFloor(toFigure(bench, [other, bench, floor])), 2);
});

Deno.test("toFigure() adds no floor to a floor, or if the group has none", () => {
  const floor = sampleBench({ isFloor: true });
  const bench = sampleBench({ group: "a turn" });
  assertEquals(timesFloor(toFigure(floor, [floor])), undefined);
  assertEquals(timesFloor(toFigure(bench, [floor, bench])), undefined);
});

function writeBench(folder: URL, options: string): Promise<void> {
  return Deno.writeTextFile(new URL("tea_bench.ts", folder), `Deno.bench(${options});\n`);
}
