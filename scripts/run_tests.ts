/**
 * `deno task test`: runs the tests with their coverage, and ends with a line such as
 * `2800 passed, 0 failed`. Fails if a test does, or if fewer lines of `src/` were reached than
 * `deno.json` asks for.
 *
 * With arguments, it passes them on to `deno test` and measures no coverage: a part of the tests
 * cannot reach all lines.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { tryDeno } from "./child.ts";

const FLAGS = ["test", "--allow-all", "--parallel", "--doc"];
const COVERAGE = ["--clean", "--coverage=coverage", "--coverage-raw-data-only"];
const CLOSING_REGEXP = /(?:ok|FAILED)\S* \| (\d+) passed.* (\d+) failed/;
/** A row of the table of coverage that need not be shown: a file with every line reached. */
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
// Once more, without steps and times, for programs that read the last line.
const [, passed = "0", failed = "0"] = CLOSING_REGEXP.exec(closing) ?? [];
console.log(`${passed} passed, ${failed} failed`);
if (!success) Deno.exit(1);
