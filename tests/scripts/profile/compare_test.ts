import { assertEquals, assertStringIncludes } from "@std/assert";
import { comparisonData, formatComparison } from "../../../scripts/profile/compare.ts";
import type { RowView } from "../../../src/profile/functions/report_rows.ts";
import { ROOT, sampleMeasurement } from "../../profile/fixture.ts";

const VIEW: RowView = { sort: "cumulative", filter: "", top: 20 };
const COMPARISON = { before: sampleMeasurement(false), after: sampleMeasurement(true) };

Deno.test("formatComparison shows both sides with the ratio in total and per function", () => {
  const lines = formatComparison(COMPARISON, { ...VIEW, sort: "calls" }, ROOT).split("\n");
  assertEquals(lines.slice(2, 14), [
    " before    after  ratio  in total",
    "  2,407    1,207  1.99x  function calls",
    "    907      907  1.00x  primitive calls",
    "90.0 µs  90.0 µs  1.00x  wall time, warm",
    "2.00 ms  2.00 ms  1.00x  wall time, cold",
    "9.00 ms  9.00 ms  1.00x  cold start (30 decisions)",
    "30.0 µs  30.0 µs  1.00x  per decision, warm",
    "      3        1  3.00x  schemas built",
    "      0        2    new  cache hits",
    "",
    "   ncalls      after  tottime µs  after  cumtime µs  after  ncalls ratio  filename:lineno(function)",
    "2,400/900  1,200/900        35.0   35.0        40.0   40.0         2.00x  src/fib.ts:1(fib)",
  ]);
});

Deno.test("formatComparison applies the filter and the limit", () => {
  const text = formatComparison(COMPARISON, { ...VIEW, filter: "fib", top: 1 }, ROOT);
  assertStringIncludes(text, "Shown: 1 function by the larger side; below --top: 2 functions");
});

Deno.test("formatComparison marks functions that ran on one side only", () => {
  const after = { ...COMPARISON.after, rows: COMPARISON.after.rows.slice(1) };
  const text = formatComparison({ ...COMPARISON, after }, VIEW, ROOT);
  assertStringIncludes(text, "gone  src/profile/scenario.ts:10(repeatScenario)");
});

Deno.test("comparisonData returns the ratios and all functions", () => {
  const { tools, library, ratios, rows } = comparisonData(COMPARISON, { ...VIEW, top: 1 }, ROOT);
  assertEquals([tools, library, rows.length], [1, "valibot", 7]);
  assertEquals(ratios, { calls: 2407 / 1207, cold: 1, warm: 1, schemasBuilt: 3 });
  assertEquals(rows[1], {
    label: "src/fib.ts:1(fib)",
    before: { calls: 2400, primitiveCalls: 900, self: 35, cumulative: 40 },
    after: { calls: 1200, primitiveCalls: 900, self: 35, cumulative: 40 },
    ratio: 1,
  });
});
