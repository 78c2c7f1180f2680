/**
 * `deno task test`: runs the tests with coverage and, beside them, the examples in the
 * documentation and the type check. Prints a last line such as `2800 passed, 0 failed`. Fails if a
 * test, an example or a type fails, or if the coverage of `src/` is below the threshold in
 * `deno.json`.
 *
 * Passes arguments on to `deno test`, and then measures no coverage, because a part of the tests
 * does not cover all lines.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, tryDeno } from "./child.ts";

const TESTS = new URL("../tests/", import.meta.url);
/** Folders of `tests/` that take longest, so they start first. */
const LONGEST = ["schema", "cli", "testing", "contract", "chaos"];
const FLAGS = ["test", "--allow-all"];
const COVERAGE = ["--parallel", "--clean", "--coverage=coverage", "--coverage-raw-data-only"];
/**
 * Examples, one file at a time, because the tests need the processors. Their coverage is not
 * measured, which takes as long as running them.
 */
const EXAMPLES = ["--no-check", "--doc", "mod.ts", "src", "docs", "README.md"];
/** Temporary folder before the name of a module in a line of the output. */
const FOLDER_REGEXP = /\S*\/(?=\w+\.ts =>)/;
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

/**
 * Runs all tests, those of a folder of `tests/` in one module. Deno loads the sources again for
 * each test module and writes their coverage again, which takes longer than most tests.
 */
function runAllTests(): Promise<TestRun> {
  return inTemporaryFolder(async (folder) => {
    const modules: string[] = [];
    for (const [name, paths] of await groupTests()) {
      const module = new URL(`${name}.ts`, folder);
      const imports = paths.map((path) => `import "${new URL(path, TESTS)}";\n`);
      await Deno.writeTextFile(module, imports.join(""));
      modules.push(fileURLToPath(module));
    }
    const print = (line: string) => console.log(line.replace(FOLDER_REGEXP, ""));
    return await runTests(["--no-check", ...COVERAGE, ...modules], print);
  });
}

/** Returns the paths of the tests in each folder of `tests/`. */
async function groupTests(): Promise<[folder: string, paths: string[]][]> {
  const paths = (await readdir(TESTS, { recursive: true }))
    .filter((path) => path.endsWith("_test.ts") && !path.startsWith("judge/"));
  const groups = Map.groupBy(paths.sort(), (path) => /^(\w+)\//.exec(path)?.[1] ?? "repository");
  const isLong = ([folder]: [string, string[]]) => Number(LONGEST.includes(folder));
  return [...groups].sort((one, other) => isLong(other) - isLong(one));
}

/** Checks the types of all modules and examples. Prints the errors. */
async function checkTypes(): Promise<boolean> {
  const { success, stderr } = await tryDeno(["task", "types"]);
  if (!success) console.error(stderr);
  return success;
}

const isWhole = Deno.args.length === 0;
const ofExamples: string[] = [];
const types = !isWhole || checkTypes();
const runs = await Promise.all(
  isWhole
    ? [
      runAllTests(),
      runTests(EXAMPLES, (line) => ofExamples.push(line)),
    ]
    : [runTests(["--parallel", "--doc", ...Deno.args], console.log)],
);
for (const line of ofExamples) console.log(line);
let success = await types && runs.every((run) => run.success);

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
