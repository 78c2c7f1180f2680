/**
 * Durations in agent files.
 *
 * @module
 */
import * as v from "valibot";
import type { Schema } from "./fields.ts";

const DURATION_REGEXP = /^(?![0.]*\s*[mhs])(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/;
const EXPECTED = "a number above 0 with a unit, such as 500ms, 5s, 2m or 1h";
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Number above 0 with a unit: a call, or a turn, without any time never succeeds. */
export const duration: Schema<string> = v.pipe(
  v.string(EXPECTED),
  v.regex(DURATION_REGEXP, EXPECTED),
);

/** Returns a duration in milliseconds; undefined if it is absent. */
export function readDuration(duration: string | undefined): number | undefined {
  const [, number, unit] = DURATION_REGEXP.exec(duration ?? "") ?? [];
  return unit === undefined ? undefined : Number(number) * UNITS[unit]!;
}
