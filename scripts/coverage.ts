/**
 * Runs the tests with coverage, prints how much of each source file they reach,
 * and ends with the runner's closing line. Fails if a test does, or if fewer
 * lines of `src/` were reached than `deno.json` asks for.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const FLAGS = ["--allow-all", "--parallel", "--doc", "--clean"];
const CLOSING_REGEXP = /(ok|FAILED)\S* \| \d+ passed/;

const tests = new Deno.Command(Deno.execPath(), {
  args: ["test", ...FLAGS, "--coverage=coverage", "--coverage-raw-data-only"],
  stdout: "piped",
}).spawn();

let closing = "";
for await (const line of createInterface({ input: Readable.fromWeb(tests.stdout) })) {
  if (CLOSING_REGEXP.test(line)) closing = line;
  else console.log(line);
}
const { success: passed } = await tests.status;

const { success: reached } = await new Deno.Command(Deno.execPath(), {
  args: ["coverage", "--include=/src/", "coverage"],
}).spawn().status;

console.log(`\n${closing}`);
if (!passed || !reached) Deno.exit(1);
