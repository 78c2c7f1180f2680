/**
 * `deno task test`: runs the tests with coverage and, beside them, the examples in the
 * documentation. Prints a last line such as `2800 passed, 0 failed`. Fails if a test or an example
 * fails, or if the coverage of `src/` is below the threshold in `deno.json`.
 *
 * Passes arguments on to `deno test`, and then measures no coverage, because a part of the tests
 * does not cover all lines.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { tryDeno } from "./child.ts";

const FLAGS = ["test", "--allow-all"];
const COVERAGE = ["--parallel", "--clean", "--coverage=coverage", "--coverage-raw-data-only"];
/**
 * Examples, one file at a time, because the tests need the processors. Their coverage is not
 * measured, which takes as long as running them.
 */
const EXAMPLES = ["--doc", "mod.ts", "src", "docs", "README.md"];
const CLOSING_REGEXP = /(?:ok|FAILED)\S* \| (\d+) passed.* (\d+) failed/;
/** Row of the coverage table for a file with full coverage, which is not shown. */
const COMPLETE_REGEXP = /^\|.*\| +100\.0 \|$/;

/** Result of one run of `deno test`. */
interface TestRun {
  readonly success: boolean;
  /** Line with the counts and the time. */
  readonly closing: string;
}

/** Runs `deno test`, and calls `print` with each line of its output but the closing one. */
async function runTests(
  args: readonly string[],
  print: (line: string) => void,
): Promise<TestRun> {
  const tests = new Deno.Command(Deno.execPath(), { args: [...FLAGS, ...args], stdout: "piped" })
    .spawn();
  let closing = "";
  for await (const line of createInterface({ input: Readable.fromWeb(tests.stdout) })) {
    if (CLOSING_REGEXP.test(line)) closing = line;
    else print(line);
  }
  return { success: (await tests.status).success, closing };
}

const isWhole = Deno.args.length === 0;
const ofExamples: string[] = [];
const runs = await Promise.all(
  isWhole
    ? [
      runTests(COVERAGE, console.log),
      runTests(EXAMPLES, (line) => ofExamples.push(line)),
    ]
    : [runTests(["--parallel", "--doc", ...Deno.args], console.log)],
);
for (const line of ofExamples) console.log(line);
let success = runs.every((run) => run.success);

if (isWhole) {
  const coverage = await tryDeno(["coverage", "--include=/src/", "coverage"]);
  const rows = coverage.stdout.split("\n").filter((row) => !COMPLETE_REGEXP.test(row));
  console.log(rows.join("\n"));
  if (!coverage.success) console.error(coverage.stderr);
  success &&= coverage.success;
}
for (const { closing } of runs) console.log(`\n${closing}`);
// Printed again without steps and times, for programs that read the last line.
const counts = runs.map(({ closing }) => CLOSING_REGEXP.exec(closing) ?? []);
const [passed, failed] = [1, 2].map((at) =>
  counts.reduce((sum, count) => sum + Number(count[at] ?? 0), 0)
);
console.log(`${passed} passed, ${failed} failed`);
if (!success) Deno.exit(1);
