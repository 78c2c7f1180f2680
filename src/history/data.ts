/**
 * The data of a session, as its log records them.
 *
 * @module
 */
import type { JsonObject } from "../json/json.ts";

/** Change of the data of a session. */
export interface DataChange {
  /** Keys with new values; absent if there are none. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Keys that are removed; absent if there are none. */
  readonly removed?: readonly string[];
}

/** Returns the data after a change. */
export function changeData(
  data: JsonObject | undefined,
  { set, removed = [] }: DataChange,
): JsonObject {
  const changed = { ...data, ...set } as Record<string, JsonObject[string]>;
  for (const key of removed) delete changed[key];
  return changed;
}

/** Returns the change from one data object to another; undefined if they are equal. */
export function diffData(
  before: JsonObject | undefined = {},
  after: JsonObject,
): DataChange | undefined {
  const isSame = (key: string) =>
    Object.hasOwn(before, key) && JSON.stringify(before[key]) === JSON.stringify(after[key]);
  const set = Object.entries(after).filter(([key]) => !isSame(key));
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  if (set.length + removed.length === 0) return undefined;
  return {
    ...(set.length > 0 && { set: Object.fromEntries(set) }),
    ...(removed.length > 0 && { removed }),
  };
}
