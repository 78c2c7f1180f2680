/**
 * Calls and times of functions, joined from counts and samples.
 *
 * @module
 */

import type { FunctionCount } from "./call_counts.ts";
import type { FunctionTime } from "./call_tree.ts";
import { type FunctionPlace, placeKey } from "./function_place.ts";
import { isModuleUrl } from "./script_text.ts";

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

/**
 * Name of V8's function that runs the field initializers of a class. A profile uses the
 * class name.
 */
const INITIALIZER = "<instance_members_initializer>";

/**
 * Joins times and counts by function. A function that was counted but not sampled has the
 * time 0. One that was sampled but not counted has undefined `calls`.
 *
 * @param counts Call counts of one run, or undefined if calls were not counted.
 * @param runs Number of sampled runs, by which times are divided.
 */
export function joinRows(
  times: readonly FunctionTime[],
  counts: readonly FunctionCount[] | undefined,
  runs: number,
): FunctionRow[] {
  const unmatched = new Map(counts?.map((count) => [placeKey(count.place), count]));
  const rows: FunctionRow[] = [];
  for (const { place, self, cumulative } of times) {
    const initializer = { ...place, name: INITIALIZER };
    const key = [place, initializer].map(placeKey).find((key) => unmatched.has(key));
    const count = key === undefined ? undefined : unmatched.get(key);
    if (key !== undefined) unmatched.delete(key);
    // A function of a module without a count or a sample of its own called what is profiled.
    else if (cumulative === 0 || counts && self === 0 && isModuleUrl(place.url)) continue;
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
