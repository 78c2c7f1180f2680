import { assertEquals, assertStringIncludes } from "@std/assert";
import { chaosReport, isKept } from "../../scripts/chaos/chaos_report.ts";
import { NO_FINDINGS } from "../../scripts/chaos/scenario.ts";
import { runScript } from "./run_script.ts";

function run(...args: string[]) {
  return runScript("chaos", ["--allow-all"], args);
}

Deno.test("chaos prints its usage on --help", async () => {
  const { code, out, errors } = await run("--help");
  assertEquals([code, errors], [0, ""]);
  assertStringIncludes(out, "\nUsage: deno task chaos [flags]\n");
});

Deno.test("chaos rejects a wrong flag in one line", async () => {
  const expected = "expected one of all, sqlite, postgres";
  assertEquals(
    (await run("--store", "files")).errors,
    `Cannot use "files" for --store: ${expected}\n`,
  );
  const { code, errors } = await run("--kills", "0");
  assertEquals(code, 2);
  assertEquals(errors, 'Cannot use "0" for --kills: expected a whole number from 1\n');
});

Deno.test("chaosReport() has a row for each scenario and a line for each broken promise", () => {
  const outcomes = [
    { ...NO_FINDINGS, name: "sqlite: calm", acknowledged: 1234, notes: ["nothing happened"] },
    { ...NO_FINDINGS, name: "sqlite: storm", lost: 2, problems: ["event 1 is lost", "so is 2"] },
  ];
  const report = chaosReport(outcomes);
  assertStringIncludes(report, "1234");
  assertStringIncludes(report, "sqlite: calm: nothing happened\n");
  assertStringIncludes(report, "BROKEN  sqlite: storm: event 1 is lost\n");
  const rows = report.split("\n");
  assertStringIncludes(rows.find((row) => row.endsWith("calm"))!, "kept");
  assertStringIncludes(rows.find((row) => row.endsWith("storm"))!, "BROKEN");
  assertEquals([isKept(outcomes), isKept(outcomes.slice(0, 1))], [false, true]);
});

Deno.test("chaosReport() shows the first ten problems of a scenario and the number of the others", () => {
  const problems = Array.from({ length: 12 }, (_, index) => `problem ${index}`);
  const report = chaosReport([{ ...NO_FINDINGS, name: "a", problems }]);
  assertStringIncludes(report, "BROKEN  a: problem 9\nBROKEN  a: and 2 more\n");
});
