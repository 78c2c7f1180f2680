import { assertEquals, assertStringIncludes } from "@std/assert";
import { chaosReport, isKept } from "../../scripts/chaos/chaos_report.ts";
import { NOTHING } from "../../scripts/chaos/scenario.ts";
import { tryDeno } from "../../scripts/child.ts";

function run(...args: string[]) {
  const path = new URL("../../scripts/chaos.ts", import.meta.url).href;
  return tryDeno(["run", "--quiet", "--allow-all", path, ...args]);
}

Deno.test("chaos prints its usage on --help", async () => {
  const { success, stdout, stderr } = await run("--help");
  assertEquals([success, stderr], [true, ""]);
  assertStringIncludes(stdout, "\nUsage: deno task chaos [flags]\n");
});

Deno.test("chaos says in one line which flag is wrong", async () => {
  const expected = "expected one of all, sqlite, postgres";
  assertEquals(
    (await run("--store", "files")).stderr,
    `Cannot use "files" for --store: ${expected}\n`,
  );
  const { success, stderr } = await run("--kills", "0");
  assertEquals(success, false);
  assertEquals(stderr, 'Cannot use "0" for --kills: expected a whole number from 1\n');
});

Deno.test("chaosReport() has a row for each scenario, and each broken promise in words", () => {
  const outcomes = [
    { ...NOTHING, name: "sqlite: calm", acknowledged: 1234, notes: ["nothing happened"] },
    { ...NOTHING, name: "sqlite: storm", lost: 2, problems: ["event 1 is lost", "so is 2"] },
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

Deno.test("chaosReport() tells the first ten problems of a scenario, and how many more", () => {
  const problems = Array.from({ length: 12 }, (_, index) => `problem ${index}`);
  const report = chaosReport([{ ...NOTHING, name: "a", problems }]);
  assertStringIncludes(report, "BROKEN  a: problem 9\nBROKEN  a: and 2 more\n");
});
