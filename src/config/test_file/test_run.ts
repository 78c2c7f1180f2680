/**
 * Playing a test of a file as often as it says.
 *
 * @module
 */
import { SessionUsage } from "../../history/session_usage.ts";
import type { State } from "../../history/state.ts";
import { repeat } from "../../testing/repeat/repeat.ts";
import type { Repetition } from "../../testing/repeat/repetition.ts";
import { type PlayedRun, playTest, type TestFailure } from "./play_test.ts";
import type { FileTest, PlayOptions } from "./test_players.ts";

/** Result of playing a test. */
export interface TestReport {
  /** Number of runs. */
  readonly runs: number;
  /** Number of runs that passed. */
  readonly passes: number;
  /** Failure of the test. Absent if enough runs passed. */
  readonly failure?: TestFailure;
  /** Calls, tokens and cost of the agent in all runs. */
  readonly usage: SessionUsage;
  /** Mean score of the judge. Absent if the test has no expectation. */
  readonly score?: number;
  /** Session of the first run that failed, or else of the last one. Absent if none was begun. */
  readonly state?: State;
}

/**
 * Plays a test.
 *
 * @param runs Number of runs. The share that must pass is that of the test.
 */
export async function runTest(
  planned: FileTest,
  options: PlayOptions,
  runs: number = planned.test.runs,
): Promise<TestReport> {
  const { test } = planned;
  const played: PlayedRun[] = [];
  const repetition = await repeat(runs, async () => {
    const run = await playTest(planned, options);
    played.push(run);
    if (run.failure !== undefined) throw run.failure.error;
  });
  const { passes } = repetition;
  const [failed] = played.filter(({ failure }) => failure !== undefined);
  const scores = played.flatMap(({ score }) => score ?? []);
  const { state } = failed ?? played.at(-1)!;
  const failure = findFailure(repetition, played, (test.passes ?? test.runs) / test.runs);
  return {
    runs,
    passes,
    ...failure !== undefined && { failure },
    usage: SessionUsage.of(played.flatMap(({ events }) => events)),
    ...scores.length > 0 && { score: scores.reduce((sum, one) => sum + one) / scores.length },
    ...state !== undefined && { state },
  };
}

/** Returns the failure of a test, by those of its runs; undefined if enough of them passed. */
function findFailure(
  repetition: Repetition,
  played: readonly PlayedRun[],
  atLeast: number,
): TestFailure | undefined {
  try {
    repetition.assertPassRate({ atLeast });
    return undefined;
  } catch (error) {
    const failures = played.flatMap(({ failure }) => failure ?? []);
    const [first] = failures as [TestFailure];
    const { runs, passes } = repetition;
    if (runs === 1) return first;
    const unanswered = failures.filter(({ kind }) => kind === "unanswered").length;
    // If the model had answered, enough runs might have passed.
    const kind = (passes + unanswered) / runs >= atLeast
      ? "unanswered"
      : failures.find(({ kind }) => kind !== "unanswered")!.kind;
    const rate = `${passes} of ${runs} runs passed: expected at least ${Math.ceil(atLeast * runs)}`;
    return { kind, error, reasons: [rate, ...first.reasons] };
  }
}
