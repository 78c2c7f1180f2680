/**
 * The results of the two processes of a measurement, joined: the input of every report.
 *
 * @module
 */

import type { FunctionCount } from "./call_counts.ts";
import { callTree, type FunctionTime, functionTimes, type SampledTree } from "./call_tree.ts";
import type { CpuProfile } from "./cpu_profile.ts";
import { type FunctionPlace, placeKey } from "./function_place.ts";
import type { ScenarioFigures, ScenarioSetting } from "./scenario.ts";

/** Wall times of the process that is sampled. */
export interface TimedRuns {
  /** Microseconds of the first run. */
  readonly cold: number;
  /** Microseconds of a later run: the mean, so that collecting garbage is in it. */
  readonly warm: number;
  /** The number of runs, the first included. */
  readonly repetitions: number;
}

/** Results of the process that counts: exactly one run. */
export interface CountedRun {
  /** What happened in the run. */
  readonly figures: ScenarioFigures;
  /** The functions that were called. */
  readonly counts: readonly FunctionCount[];
}

/** One function: its calls and its time. */
export interface FunctionRow {
  /** The function. */
  readonly place: FunctionPlace;
  /** The number of calls; `undefined` for what has no counter, as native code. */
  readonly calls: number | undefined;
  /** Microseconds in the function itself. */
  readonly self: number;
  /** Microseconds with what it called. */
  readonly cumulative: number;
}

/** Everything that is known of one scenario with one setting. */
export interface Measurement {
  /** The scenario. */
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

/** Function that runs the field initializers of a class; a profile calls it by the class. */
const INITIALIZER = "<instance_members_initializer>";

/** Joins the results of the two processes. */
export function measurement(
  setting: ScenarioSetting,
  times: TimedRuns,
  profile: CpuProfile,
  { figures, counts }: CountedRun,
): Measurement {
  const sampled = callTree(profile, SCENARIO_FUNCTION);
  const rows = joinRows(functionTimes(sampled.tree), counts, times.repetitions);
  return { setting, figures, times, sampled, rows };
}

/**
 * Joins times and counts. A function that was called but never seen by the sampler has the time
 * 0; one that was sampled but not counted has no calls.
 *
 * @param runs The number of runs that were sampled for the one that was counted: times are
 *   divided by it.
 */
export function joinRows(
  times: readonly FunctionTime[],
  counts: readonly FunctionCount[],
  runs: number,
): FunctionRow[] {
  const open = new Map(counts.map((count) => [placeKey(count.place), count]));
  const rows: FunctionRow[] = [];
  for (const { place, self, cumulative } of times) {
    const initializer = { ...place, name: INITIALIZER };
    const key = [place, initializer].map(placeKey).find((key) => open.has(key));
    const count = key === undefined ? undefined : open.get(key);
    if (key !== undefined) open.delete(key);
    else if (cumulative === 0) continue;
    rows.push({
      place: count?.place ?? place,
      calls: count?.calls,
      self: self / runs,
      cumulative: cumulative / runs,
    });
  }
  for (const { place, calls } of open.values()) rows.push({ place, calls, self: 0, cumulative: 0 });
  return rows;
}
