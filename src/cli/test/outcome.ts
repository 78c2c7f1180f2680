/**
 * Outcomes of tests.
 *
 * @module
 */
import type { TestReport } from "../../config/test_file/test_run.ts";
import { EXIT } from "../exit_code.ts";

/** Outcome of one test. */
export interface TestOutcome {
  /** Name of the test. */
  readonly name: string;
  /** Line of its file, from 1. */
  readonly line: number;
  /**
   * `failed` if a check failed, `unanswered` if a real model failed, `error` if the test could not
   * be played for another reason.
   */
  readonly status: "passed" | "failed" | "error" | "unanswered" | "skipped";
  /** Reasons of a failure, or why it was skipped. Empty if it passed. */
  readonly reasons: readonly string[];
  /** Time, in milliseconds. */
  readonly time: number;
  /** Report of its runs. Absent if it was skipped. */
  readonly report?: TestReport;
  /** Lines of the conversation; of a failed test, to the failure. Empty if it was skipped. */
  readonly transcript: readonly string[];
  /** Path of the file with the state of the session. Absent if the test did not fail. */
  readonly state?: string;
}

/** Outcome of a file of tests. */
export interface FileOutcome {
  /** Path of the file. */
  readonly file: string;
  /** Tests that were played or skipped, in order. */
  readonly tests: readonly TestOutcome[];
  /** Problems that prevented further tests. Absent if there are none. */
  readonly problem?: string;
}

/** Number of tests by status. */
export type Counts = Readonly<Record<TestOutcome["status"] | "broken", number>>;

/** Counts the tests by their status, and the files that could not be played. */
export function countOutcomes(files: readonly FileOutcome[]): Counts {
  const counts = { passed: 0, failed: 0, error: 0, unanswered: 0, skipped: 0, broken: 0 };
  for (const { tests, problem } of files) {
    if (problem !== undefined) counts.broken++;
    for (const { status } of tests) counts[status]++;
  }
  return counts;
}

/** Returns the exit code: 1 if a test failed, 3 if only models failed. */
export function exitCodeOfTests({ failed, error, broken, unanswered }: Counts): number {
  if (failed + error + broken > 0) return EXIT.no;
  return unanswered > 0 ? EXIT.noAnswer : EXIT.yes;
}
