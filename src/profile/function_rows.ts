/**
 * Times of one process and call counts of another, joined by function.
 *
 * @module
 */

import type { FunctionCount } from "./call_counts.ts";
import type { FunctionPlace } from "./function_place.ts";
import type { FunctionTime } from "./function_times.ts";

/** One function: how often it was called and how long it ran. */
export interface FunctionRow {
  /** The function. */
  readonly place: FunctionPlace;
  /** How often it was called; `undefined` for what has no counter, as native code. */
  readonly calls: number | undefined;
  /** Microseconds in the function itself. */
  readonly self: number;
  /** Microseconds with what it called. */
  readonly cumulative: number;
}

/** What runs the field initializers of a class; a profile calls it by the class. */
const INITIALIZER = "<instance_members_initializer>";

/**
 * Joins times and counts. A function that was called but never seen by the
 * sampler has the time 0; what was sampled but not counted has no calls.
 *
 * @param times The times per function.
 * @param counts The calls per function.
 * @param runs The times are divided by this: how many runs were sampled for the
 *   one that was counted.
 * @returns One row per function.
 */
export function joinRows(
  times: readonly FunctionTime[],
  counts: readonly FunctionCount[],
  runs: number,
): FunctionRow[] {
  const open = new Set(counts);
  const at = grouped(counts, positionKey);
  const named = grouped(counts, (place) => `${place.url}:${place.name}`);
  const initializers = grouped(
    counts.filter(({ place }) => place.name === INITIALIZER),
    (place) => `${place.url}:${place.line}`,
  );
  const find = ({ place }: FunctionTime): FunctionCount | undefined => {
    const here = at.get(positionKey(place))?.filter((count) => open.has(count)) ?? [];
    if (here.length > 0) return here.find((count) => count.place.name === place.name) ?? here[0];
    const elsewhere = initializers.get(`${place.url}:${place.line}`) ??
      named.get(`${place.url}:${place.name}`) ?? [];
    return elsewhere.length === 1 && open.has(elsewhere[0]!) ? elsewhere[0] : undefined;
  };
  const rows: FunctionRow[] = [];
  for (const time of times) {
    const count = find(time);
    if (count !== undefined) open.delete(count);
    else if (time.cumulative === 0) continue;
    rows.push({
      place: count?.place ?? time.place,
      calls: count?.calls,
      self: time.self / runs,
      cumulative: time.cumulative / runs,
    });
  }
  for (const { place, calls } of open) rows.push({ place, calls, self: 0, cumulative: 0 });
  return rows;
}

function positionKey({ url, line, column }: FunctionPlace): string {
  return `${url}:${line}:${column}`;
}

function grouped(
  counts: readonly FunctionCount[],
  key: (place: FunctionPlace) => string,
): Map<string, FunctionCount[]> {
  const groups = new Map<string, FunctionCount[]>();
  for (const count of counts) {
    const name = key(count.place);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [count]);
    else group.push(count);
  }
  return groups;
}
