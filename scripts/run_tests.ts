/**
 * `deno task test`: runs the tests with coverage, and prints a last line such as
 * `2800 passed, 0 failed`. Fails if a test fails, or if the coverage of `src/` is below the
 * threshold in `deno.json`.
 *
 * Passes arguments on to `deno test`, and then measures no coverage, because a part of the tests
 * does not cover all lines.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { tryDeno } from "./child.ts";

const FLAGS = ["test", "--allow-all", "--parallel", "--doc"];
const COVERAGE = ["--clean", "--coverage=coverage", "--coverage-raw-data-only"];
const CLOSING_REGEXP = /(?:ok|FAILED)\S* \| (\d+) passed.* (\d+) failed/;
/** Row of the coverage table for a file with full coverage, which is not shown. */
const COMPLETE_REGEXP = /^\|.*\| +100\.0 \|$/;

const isWhole = Deno.args.length === 0;
const tests = new Deno.Command(Deno.execPath(), {
  args: [...FLAGS, ...isWhole ? COVERAGE : Deno.args],
  stdout: "piped",
}).spawn();

let closing = "";
for await (const line of createInterface({ input: Readable.fromWeb(tests.stdout) })) {
  if (CLOSING_REGEXP.test(line)) closing = line;
  else console.log(line);
}
let { success } = await tests.status;

if (isWhole) {
  const coverage = await tryDeno(["coverage", "--include=/src/", "coverage"]);
  const rows = coverage.stdout.split("\n").filter((row) => !COMPLETE_REGEXP.test(row));
  console.log(rows.join("\n"));
  if (!coverage.success) console.error(coverage.stderr);
  success &&= coverage.success;
}
console.log(`\n${closing}`);
// Printed again without steps and times, for programs that read the last line.
const [, passed = "0", failed = "0"] = CLOSING_REGEXP.exec(closing) ?? [];
console.log(`${passed} passed, ${failed} failed`);
if (!success) Deno.exit(1);
