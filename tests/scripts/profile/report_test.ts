import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { formatReport, reportData } from "../../../scripts/profile/report.ts";
import type { RowView } from "../../../src/profile/functions/report_rows.ts";
import { ROOT, sampleMeasurement } from "../../profile/fixture.ts";

const VIEW: RowView = { sort: "cumulative", filter: "", top: 20 };

Deno.test("reportData returns percentages that add up to 100", () => {
  const { rows } = reportData(sampleMeasurement(), VIEW, ROOT);
  assertAlmostEquals(rows.reduce((sum, row) => sum + row.selfPercent, 0), 100);
});

Deno.test("reportData returns all figures and rows, and ignores --top", () => {
  const { rows, ...figures } = reportData(sampleMeasurement(), { ...VIEW, top: 1 }, ROOT);
  assertEquals(rows.length, 7);
  assertEquals(figures, {
    setting: { tools: 1, iterations: 1, cache: true, validate: true, freshTools: true },
    calls: 1207,
    primitiveCalls: 907,
    uncounted: { rows: 3, self: 35 },
    decisions: 3,
    coldStart: 9000,
    loading: 4000,
    cold: 2000,
    warm: 90,
    perDecision: 30,
    schemasBuilt: 1,
    cacheHits: 2,
    sampling: { repetitions: 2, sampled: 171, samples: 8 },
    filtered: { rows: 0, calls: 0, self: 0 },
  });
  assertEquals(rows[1], {
    function: "fib",
    file: "src/fib.ts",
    line: 1,
    calls: 1200,
    primitiveCalls: 900,
    self: 35,
    selfPercent: 100 * 35 / 85.5,
    cumulative: 40,
  });
});

Deno.test("formatReport prints the figures and the table", () => {
  const text = formatReport(sampleMeasurement(), { ...VIEW, top: 3 }, ROOT);
  assertEquals(text.split("\n").slice(0, 11), [
    "1 iteration on a step with 1 tool: cache on, validation on, tools made anew per session",
    "  1,207 function calls (907 primitive calls) in 90.0 µs warm, 2.00 ms cold; " +
    "30.0 µs per decision (3 decisions)",
    "  cold start: the first 30 decisions of a process in 9.00 ms, " +
    "4.00 ms of it to load the modules of turns",
    "  1 schema built, 2 cache hits",
    "  repeated 2 times, 171 µs sampled (8 samples); times below are means of one run",
    "",
    "Ordered by cumulative time",
    "",
    "   ncalls  tottime µs     %  percall µs  cumtime µs     %  percall µs  filename:lineno(function)",
    "        1        10.5  12.3      10.500        50.5  59.1      50.500  src/profile/scenario.ts:10(repeatScenario)",
    "1,200/900        35.0  40.9       0.029        40.0  46.8       0.044  src/fib.ts:1(fib)",
  ]);
  assertStringIncludes(
    text,
    "        -        25.0  29.2           -        25.0  29.2           -  (",
  );
});

Deno.test("formatReport says which calls are missing", () => {
  assertStringIncludes(
    formatReport(sampleMeasurement(), VIEW, ROOT),
    "Calls of native code are missing: 3 rows marked - (40.9 % of the time) have no counter.",
  );
});

Deno.test("formatReport prints the sum of the hidden rows", () => {
  const text = formatReport(sampleMeasurement(), { ...VIEW, filter: "fib", top: 1 }, ROOT);
  assertStringIncludes(
    text,
    "Shown: 1 row (40.9 % of the time, 1,200 calls); below --top: 2 rows (5.8 % of the time, " +
      '6 calls); hidden by --filter "fib": 4 rows (53.2 % of the time, 1 call)',
  );
});

Deno.test("formatReport prints each row once", () => {
  const lines = formatReport(sampleMeasurement(), VIEW, ROOT).split("\n");
  const shown = lines.filter((line) => line.includes("(anonymous)"));
  assertEquals(shown.length, 2);
  assert(shown[0] !== shown[1]);
});
