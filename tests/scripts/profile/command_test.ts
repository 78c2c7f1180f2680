import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { SCENARIO_FUNCTION } from "../../../scripts/profile/measurement.ts";
import { readCpuProfile } from "../../../src/profile/functions/cpu_profile.ts";
import { USAGE } from "../../../scripts/profile/options.ts";
import type { RowData } from "../../../src/profile/functions/function_table.ts";
import type { ReportData } from "../../../scripts/profile/report.ts";
import { buildScenario, repeatScenario, runScenario } from "../../../scripts/profile/scenario.ts";
import { runScript, type ScriptResult } from "../run_script.ts";

function run(...args: string[]): Promise<ScriptResult> {
  return runScript("profile", ["--allow-read", "--allow-write", "--allow-run"], args);
}

Deno.test("profile prints its usage on --help", async () => {
  assertEquals(await run("--help"), { code: 0, out: USAGE, errors: "" });
});

Deno.test("profile exits with 2 and one line on a wrong flag", async () => {
  const errors = 'Cannot use "abc" for --iterations: expected a whole number from 1\n';
  assertEquals(await run("-n", "abc"), { code: 2, out: "", errors });
});

Deno.test("profile measures the scenario, writes its files and prints JSON alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const stem = `${folder}/new/profile`;
    const { code, out, errors } = await run("-n", "1", "--json", "--output", stem);
    assertEquals([code, errors], [0, ""]);
    const report: ReportData = JSON.parse(out);
    checkReport(report);
    const profile = await Deno.readTextFile(`${stem}.cpuprofile`);
    readCpuProfile(profile);
    assertMatch(profile, /"url":"src\/turn\/loop.ts"/);
    assertFalse(/"url":"(file:|\/)/.test(profile));
    assertStringIncludes(await Deno.readTextFile(`${stem}.svg`), "runScenario");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("profile fails before it measures if a file cannot be written, and leaves no other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/a.svg`);
    const begun = performance.now();
    const { code, out, errors } = await run("-n", "1000000", "--output", `${folder}/a`);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(errors, `Cannot write "${folder}/a.svg": `);
    assert(performance.now() - begun < 60_000);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.svg"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("repeatScenario is the function that bounds the profile", () => {
  assertEquals(repeatScenario.name, SCENARIO_FUNCTION);
});

Deno.test("runScenario builds a schema per decision without the cache, one per step with it", async () => {
  for (const library of ["valibot", "zod"] as const) {
    for (const freshTools of [true, false]) {
      const setting = { library, tools: 20, iterations: 4, validate: true, freshTools };
      const off = await runScenario(await buildScenario({ ...setting, cache: false }), 4);
      assertEquals(off, { decisions: 12, schemasBuilt: 2 + 12, cacheHits: 0 });
      const on = await runScenario(await buildScenario({ ...setting, cache: true }), 4);
      assertEquals(on, { decisions: 12, schemasBuilt: 2, cacheHits: 12 });
    }
  }
});

Deno.test("runScenario has the figures of one run, of an agent that was built before", async () => {
  const setting = { tools: 1, cache: true, validate: true, freshTools: true };
  const scenario = await buildScenario({ ...setting, iterations: 2 });
  const first = await runScenario(scenario, 2);
  assertEquals(first, { decisions: 6, schemasBuilt: 2, cacheHits: 6 });
  assertEquals(await runScenario(scenario, 2), first);
});

function checkReport(report: ReportData): void {
  assertEquals(report.decisions, 3);
  assert(report.sampling.sampled >= 1e6, `only ${report.sampling.sampled} µs were sampled`);
  assert(report.sampling.repetitions > 10);
  assertAlmostEquals(report.rows.reduce((sum, row) => sum + row.selfPercent, 0), 100, 1e-6);
  assertEquals(report.rows.reduce((sum, row) => sum + (row.calls ?? 0), 0), report.calls);
  const rowOf = (name: string): RowData | undefined =>
    report.rows.find((row) => row.function === name && /^(?:src|scripts)\//.test(row.file));
  assertEquals(rowOf("runScenario")?.calls, 1);
  assertEquals(rowOf("makeTools")?.calls, 1);
  assertEquals(rowOf("buildCore"), undefined, "the agent is built before");
  const recursive = report.rows.filter(({ calls, primitiveCalls }) => calls !== primitiveCalls);
  assert(recursive.every(({ calls, primitiveCalls }) => primitiveCalls! < calls!));
  assert(recursive.some((row) => row.function === "countUpTo"), "an answer has levels");
  assertEquals(
    report.uncounted.rows,
    report.rows.filter((row) => row.calls === null).length,
  );
  assert(report.loading > 0 && report.loading < report.coldStart);
  assert(report.rows.some((row) => row.file.startsWith("npm:valibot@")));
}
