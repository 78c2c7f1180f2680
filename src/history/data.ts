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
