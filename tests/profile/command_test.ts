import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { SCENARIO_FUNCTION } from "../../src/profile/measurement.ts";
import { readCpuProfile } from "../../src/profile/cpu_profile.ts";
import { USAGE } from "../../src/profile/options.ts";
import type { ReportData, RowData } from "../../src/profile/report.ts";
import { runScenario } from "../../src/profile/scenario.ts";
import { runScript, type ScriptResult } from "../scripts/run_script.ts";

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
    readCpuProfile(await Deno.readTextFile(`${stem}.cpuprofile`));
    assertStringIncludes(await Deno.readTextFile(`${stem}.svg`), "runScenario");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runScenario is the function that bounds the profile", () => {
  assertEquals(runScenario.name, SCENARIO_FUNCTION);
});

Deno.test("runScenario builds a schema per decision without the cache, one per step with it", async () => {
  for (const library of ["valibot", "zod"] as const) {
    const setting = { library, tools: 20, iterations: 4, validate: true, freshTools: true };
    const off = await runScenario({ ...setting, cache: false });
    assertEquals([off.decisions, off.cacheHits], [12, 0]);
    assert(off.schemasBuilt >= 12);
    const on = await runScenario({ ...setting, cache: true });
    assertEquals([on.decisions, on.schemasBuilt + on.cacheHits], [12, off.schemasBuilt]);
    assert(on.schemasBuilt <= 2, "more schemas than steps");
  }
});

function checkReport(report: ReportData): void {
  assertEquals(report.decisions, 3);
  assert(report.sampling.sampled >= 1e6, `only ${report.sampling.sampled} µs were sampled`);
  assert(report.sampling.repetitions > 10);
  assertAlmostEquals(report.rows.reduce((sum, row) => sum + row.selfPercent, 0), 100, 1e-6);
  assertEquals(report.rows.reduce((sum, row) => sum + (row.calls ?? 0), 0), report.calls);
  const rowOf = (name: string): RowData | undefined =>
    report.rows.find((row) => row.function === name && row.file.startsWith("src/"));
  assertEquals(rowOf("runScenario")?.calls, 1);
  assertEquals(rowOf("makeTools")?.calls, 1);
  assert(report.rows.some((row) => row.file.startsWith("npm:valibot@")));
}
