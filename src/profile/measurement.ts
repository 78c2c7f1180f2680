/**
 * Measurement of a scenario: the joined results of a cold, a sampling and a counting process.
 *
 * @module
 */

import type { FunctionCount } from "./call_counts.ts";
import {
  buildCallTree,
  computeFunctionTimes,
  type FunctionTime,
  type SampledTree,
} from "./call_tree.ts";
import type { CpuProfile } from "./cpu_profile.ts";
import { type FunctionPlace, placeKey } from "./function_place.ts";
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

/** Calls and times of one function. Times are in microseconds. */
export interface FunctionRow {
  /** Function that was called. */
  readonly place: FunctionPlace;
  /** Number of calls; `undefined` for functions without a counter, such as native code. */
  readonly calls: number | undefined;
  /** Number of calls that are not recursive; `undefined` if `calls` is. */
  readonly primitiveCalls: number | undefined;
  /** Self time: the time in the function itself. */
  readonly self: number;
  /** Cumulative time: self time and that of all callees. */
  readonly cumulative: number;
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

/**
 * Name of V8's function that runs the field initializers of a class. A profile uses the
 * class name.
 */
const INITIALIZER = "<instance_members_initializer>";

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

/**
 * Joins times and counts by function. A function that was counted but not sampled has the
 * time 0. One that was sampled but not counted has undefined `calls`.
 *
 * @param runs Number of sampled runs, by which times are divided. Only one run is counted.
 */
export function joinRows(
  times: readonly FunctionTime[],
  counts: readonly FunctionCount[],
  runs: number,
): FunctionRow[] {
  const unmatched = new Map(counts.map((count) => [placeKey(count.place), count]));
  const rows: FunctionRow[] = [];
  for (const { place, self, cumulative } of times) {
    const initializer = { ...place, name: INITIALIZER };
    const key = [place, initializer].map(placeKey).find((key) => unmatched.has(key));
    const count = key === undefined ? undefined : unmatched.get(key);
    if (key !== undefined) unmatched.delete(key);
    // A function of a module without a count or a sample of its own called the scenario.
    else if (cumulative === 0 || self === 0 && place.url.startsWith("file:")) continue;
    rows.push({
      place: count?.place ?? place,
      calls: count?.calls,
      primitiveCalls: count?.primitiveCalls,
      self: self / runs,
      cumulative: cumulative / runs,
    });
  }
  for (const count of unmatched.values()) rows.push({ ...count, self: 0, cumulative: 0 });
  return rows;
}
