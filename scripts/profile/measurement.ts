/**
 * Measurement of a scenario: the joined results of a cold, a sampling and a counting process.
 *
 * @module
 */

import type { FunctionCount } from "../../src/profile/functions/call_counts.ts";
import {
  buildCallTree,
  computeFunctionTimes,
  type SampledTree,
} from "../../src/profile/functions/call_tree.ts";
import type { CpuProfile } from "../../src/profile/functions/cpu_profile.ts";
import { type FunctionRow, joinRows } from "../../src/profile/functions/function_rows.ts";
import type { ScenarioFigures, ScenarioSetting } from "./scenario.ts";

/** Wall times of a process that is neither sampled nor counted, in microseconds. */
export interface ColdRun {
  /** Wall time of the first 30 decisions, including {@linkcode loading}. */
  readonly coldStart: number;
  /** Wall time of loading the modules of turns, which the first turn does. */
  readonly loading: number;
  /** Wall time of the first run, including {@linkcode loading}. */
  readonly cold: number;
}

/** Wall times of the sampling process, in microseconds, after a cold start. */
export interface WarmRuns {
  /** Mean wall time of a run, including garbage collection. */
  readonly warm: number;
  /** Number of runs. */
  readonly repetitions: number;
}

/** Wall times of both processes. */
export type TimedRuns = ColdRun & WarmRuns;

/** Result of the counting process, for one run after a cold start. */
export interface CountedRun {
  /** Figures of the run. */
  readonly figures: ScenarioFigures;
  /** Call counts of the functions. */
  readonly counts: readonly FunctionCount[];
}

/** Measurement of a scenario with one setting. */
export interface Measurement {
  /** Setting of the scenario. */
  readonly setting: ScenarioSetting;
  /** Figures of one run. */
  readonly figures: ScenarioFigures;
  /** Wall times. */
  readonly times: TimedRuns;
  /** Call tree of all sampled runs together. */
  readonly sampled: SampledTree;
  /** Functions, with the calls and mean times of one run. */
  readonly rows: readonly FunctionRow[];
}

/** Name of the function that repeats a scenario. Only the part of a profile within it is used. */
export const SCENARIO_FUNCTION: string = "repeatScenario";

/** Joins the results of the processes in a measurement. */
export function makeMeasurement(
  setting: ScenarioSetting,
  times: TimedRuns,
  profile: CpuProfile,
  { figures, counts }: CountedRun,
): Measurement {
  const sampled = buildCallTree(profile, SCENARIO_FUNCTION);
  const rows = joinRows(computeFunctionTimes(sampled.tree), counts, times.repetitions);
  return { setting, figures, times, sampled, rows };
}
