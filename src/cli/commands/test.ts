/**
 * `nomos test`: runs the tests of an agent.
 *
 * @module
 */
import { parseRegExp } from "../../config/test_file/inspect_tests.ts";
import { quote, reasonOf } from "../../errors.ts";
import { forbidRealModels } from "../../testing/real_models.ts";
import { CommandError, EXIT, UsageError } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { printNotes } from "../open_agent.ts";
import type { Output } from "../terminal/output.ts";
import { shown } from "../terminal/shown.ts";
import { FailedSessions } from "../test/failed_sessions.ts";
import { findTests } from "../test/find_tests.ts";
import {
  countOutcomes,
  type Counts,
  exitCodeOfTests,
  type FileOutcome,
  type TestOutcome,
} from "../test/outcome.ts";
import { formatCounts, formatFailure, formatOutcome } from "../test/report_text.ts";
import { describeProblem, type PlannedFile, TestRunner } from "../test/run_tests.ts";
import { writeFile } from "../write_file.ts";

/** Prints a line for people: on stdout, unless that has a document. */
type Print = (text: string) => void;

/** Runs the command. */
export async function run(
  { options, positionals, output, project }: AgentCall<"test">,
): Promise<number> {
  const { junit, filter, "fail-fast": stopsEarly } = options;
  const written = junit !== undefined ? "--junit" : options.record ? "--record" : undefined;
  if (options.watch && written !== undefined) {
    throw new UsageError(
      `Cannot use ${written} with --watch, because each written file would start another run: ` +
        "expected one of the two",
    );
  }
  // Agents that an agent calls as tools keep their own models.
  using _ = options.model === "real" || options.record ? undefined : forbidRealModels();
  const print = choosePrint(junit, output);
  const begin = performance.now();
  const runner = new TestRunner({
    options,
    isChosen: readFilter(filter),
    failed: new FailedSessions(project),
    ...printNotes(output),
  });
  const planned: PlannedFile[] = [];
  const files: FileOutcome[] = [];
  try {
    for (const found of findTests(positionals)) planned.push(await runner.plan(found));
    if (filter !== undefined) refuseEmpty(planned, filter);
    for (const file of planned) {
      if (stopsEarly && files.some(hasFailed)) break;
      files.push(await playFile(file, { runner, output, print, stopsEarly }));
    }
  } finally {
    await runner.close();
  }
  const time = performance.now() - begin;
  for (const { file, tests } of files) {
    for (const test of tests) {
      if (isFailure(test)) print(`\n${formatFailure(test, file, output)}`);
    }
  }
  const counts = countOutcomes(files);
  const count = (list: readonly { readonly tests: readonly unknown[] }[]) =>
    list.reduce((sum, { tests }) => sum + tests.length, 0);
  const summary = formatCounts(counts, count(planned) - count(files), time);
  print(`\n${summary}`);
  if (junit !== undefined) {
    const { formatJUnit } = await import("../test/junit.ts");
    const report = formatJUnit(files, time);
    if (junit === "-") output.write(report);
    else writeFile(junit, report);
  }
  const code = exitCodeOfTests(counts);
  if (output.json) output.document(toDocument(code, summary, counts, files));
  return code;
}

/** Plays the tests of a file, and prints their outcomes. */
async function playFile(
  { file, tests, problem: known }: PlannedFile,
  { runner, output, print, stopsEarly }: {
    readonly runner: TestRunner;
    readonly output: Output;
    readonly print: Print;
    readonly stopsEarly: boolean;
  },
): Promise<FileOutcome> {
  const played: TestOutcome[] = [];
  let problem = known;
  const names = tests.map(({ test }) => test.name);
  if (tests.length > 0) print(shown(file));
  try {
    for (const test of tests) {
      const outcome = await runner.play(test);
      played.push(outcome);
      print(formatOutcome(outcome, names, output));
      if (stopsEarly && isFailure(outcome)) break;
    }
  } catch (error) {
    problem = describeProblem(error);
  }
  if (problem !== undefined) print(output.paint("red", shown(problem)));
  return { file, tests: played, ...problem !== undefined && { problem } };
}

/**
 * Returns the function that prints for people.
 *
 * @throws {CommandError} if two documents are wanted on stdout.
 */
function choosePrint(junit: string | undefined, output: Output): Print {
  if (junit !== "-") return output.json ? () => {} : (text) => output.line(text);
  if (!output.json) return (text) => output.note(text);
  throw new UsageError(
    "Cannot print JSON and JUnit XML on stdout: expected --json or --junit -, not both",
  );
}

/**
 * Returns the function of the flag `--filter`.
 *
 * @throws {CommandError} if it is not a regular expression.
 */
function readFilter(filter: string | undefined): (name: string) => boolean {
  if (filter === undefined) return () => true;
  try {
    const pattern = parseRegExp(filter);
    // Not test(), which goes on from the last match with the flag g.
    return (name) => pattern === undefined ? name.includes(filter) : name.search(pattern) >= 0;
  } catch (error) {
    throw new UsageError(
      `Cannot use ${quote(filter)} for --filter: ${reasonOf(error)}: ` +
        "expected text, or a regular expression between slashes",
    );
  }
}

/**
 * Refuses a filter that no test passes, because nothing would be tested.
 *
 * @throws {CommandError} if there is none.
 */
function refuseEmpty(planned: readonly PlannedFile[], filter: string): void {
  if (planned.some(({ tests, problem }) => tests.length > 0 || problem !== undefined)) return;
  const files = planned.map(({ file }) => file).join(", ");
  throw new CommandError(
    `Cannot find a test that ${quote(filter)} chooses (--filter): expected one in ${files}`,
    { code: "TESTS_NOT_FOUND" },
  );
}

function isFailure({ status }: TestOutcome): boolean {
  return status !== "passed" && status !== "skipped";
}

function hasFailed({ tests, problem }: FileOutcome): boolean {
  return problem !== undefined || tests.some(isFailure);
}

/** Returns the JSON document of the results. */
function toDocument(
  code: number,
  message: string,
  counts: Counts,
  files: readonly FileOutcome[],
): object {
  const error = { code: code === EXIT.no ? "TESTS_FAILED" : "NO_ANSWER", message };
  return {
    ok: code === EXIT.yes,
    ...code !== EXIT.yes && { error },
    counts,
    files: files.map(({ tests, ...file }) => ({
      ...file,
      tests: tests.map(({ report, transcript: _, ...test }) => {
        const time = Math.round(test.time);
        if (report === undefined) return { ...test, time };
        const { runs, passes, score, usage: { usage, cost, modelCalls } } = report;
        return { ...test, time, runs, passes, score, usage, cost, modelCalls };
      }),
    })),
  };
}
