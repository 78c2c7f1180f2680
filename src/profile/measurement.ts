/**
 * What the two processes of a measurement found: the input of every report.
 *
 * @module
 */

import { callTree, type SampledTree } from "./call_tree.ts";
import type { FunctionCount } from "./call_counts.ts";
import type { CpuProfile } from "./cpu_profile.ts";
import { type FunctionRow, joinRows } from "./function_rows.ts";
import { functionTimes } from "./function_times.ts";
import type { ScenarioFigures, ScenarioSetting } from "./scenario.ts";

/** What the process that is sampled reports about itself. */
export interface TimedRuns {
  /** Microseconds of the first run. */
  readonly cold: number;
  /** Microseconds of a later run: the mean, so that collecting garbage is in it. */
  readonly warm: number;
  /** How many runs there were, the first included. */
  readonly repetitions: number;
}

/** What the process that counts reports about itself: exactly one run. */
export interface CountedRun {
  /** What happened in the run. */
  readonly figures: ScenarioFigures;
  /** The functions that were called. */
  readonly counts: readonly FunctionCount[];
}

/** Everything that is known of one scenario with one setting. */
export interface Measurement {
  /** What was played. */
  readonly setting: ScenarioSetting;
  /** What happened in one run. */
  readonly figures: ScenarioFigures;
  /** The wall times. */
  readonly times: TimedRuns;
  /** The call tree of all runs together. */
  readonly sampled: SampledTree;
  /** The functions, with the calls and the mean times of one run. */
  readonly rows: readonly FunctionRow[];
}

/** The function that plays a scenario: its first and last sample bound what is read of a profile. */
export const SCENARIO_FUNCTION: string = "runScenario";

/**
 * Joins what the two processes found.
 *
 * @param setting What was played.
 * @param times What the sampled process reported.
 * @param profile What it was seen doing.
 * @param counted What the counting process reported.
 * @returns The measurement.
 */
export function measurement(
  setting: ScenarioSetting,
  times: TimedRuns,
  profile: CpuProfile,
  counted: CountedRun,
): Measurement {
  const sampled = callTree(profile, SCENARIO_FUNCTION);
  const rows = joinRows(functionTimes(sampled.tree), counted.counts, times.repetitions);
  return { setting, figures: counted.figures, times, sampled, rows };
}
