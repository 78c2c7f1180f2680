/**
 * Schemas of single values in agent files.
 *
 * @module
 */
import * as v from "valibot";
import { findNearest, oneOf } from "../../schema/option_shape.ts";
import { create, either, fail, type Schema } from "./fields.ts";

/** Creates the schema of text or something else. */
export function textOr<Output>(other: Schema<Output>): Schema<string | Output> {
  return either<string | Output>((value) => typeof value === "string" ? text : other, text, other);
}

/** Creates the schema of a boolean or something else. */
export function flagOr<Output>(
  isOther: (value: unknown) => boolean,
  other: Schema<Output>,
): Schema<boolean | Output> {
  return either<boolean | Output>((value) => isOther(value) ? other : flag, flag, other);
}

/** Returns true for text that is not a word for a boolean. */
export function isText(value: unknown): boolean {
  return typeof value === "string" && !WORDS.has(value);
}

/** Creates the schema of one of several names. */
export function name<const Name extends string>(...names: readonly Name[]): Schema<Name> {
  return create(v.picklist(names), (given) => {
    if (names.includes(given as Name)) return { value: given, issues: [] };
    const nearest = typeof given === "string" ? findNearest(given, names) : undefined;
    return fail(given, { expected: oneOf(names), nearest });
  });
}

/** Words that YAML 1.1, which Nomos reads, takes for booleans. */
const WORDS: ReadonlyMap<unknown, boolean> = new Map([
  ...["yes", "Yes", "YES", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["no", "No", "NO", "off", "Off", "OFF"].map((word) => [word, false] as const),
]);

/** Boolean. */
export const flag: Schema<boolean> = create(
  v.union([v.boolean(), v.picklist([...WORDS.keys()] as string[])]),
  (given) => {
    const value = WORDS.get(given) ?? given;
    return typeof value === "boolean"
      ? { value, issues: [] }
      : fail(given, { expected: "true or false" });
  },
);

/** Any value. */
export const anything: Schema<unknown> = v.unknown();

/** Text. */
export const text: Schema<string> = v.string(({ input }) =>
  typeof input === "number" || typeof input === "boolean" ? "text in quotes" : "text"
);

/** Text that is not empty. */
export const label: Schema<string> = v.pipe(text, v.nonEmpty("text"));

/** Creates the schema of text of some form. */
export function textLike(form: RegExp, expected: string): Schema<string> {
  return v.pipe(v.string(expected), v.regex(form, expected));
}

/** Creates the schema of a number from `minimum`, and to `maximum` if there is one. */
export function number(minimum: number, maximum?: number): Schema<number> {
  const expected = `a number from ${minimum}${maximum === undefined ? "" : ` to ${maximum}`}`;
  const least = v.pipe(v.number(expected), v.finite(expected), v.minValue(minimum, expected));
  return maximum === undefined ? least : v.pipe(least, v.maxValue(maximum, expected));
}

/** Creates the schema of a whole number from `minimum`. */
export function whole(minimum: number): Schema<number> {
  const expected = `a whole number from ${minimum}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(minimum, expected));
}

const DURATION_REGEXP = /^(?![0.]*\s*[mhs])(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Number above 0 with a unit: a call, or a turn, without any time never succeeds. */
export const duration: Schema<string> = textLike(
  DURATION_REGEXP,
  "a number above 0 with a unit, such as 500ms, 5s, 2m or 1h",
);

/** Returns a duration in milliseconds; undefined if it is absent. */
export function readDuration(duration: string | undefined): number | undefined {
  const [, number, unit] = DURATION_REGEXP.exec(duration ?? "") ?? [];
  return unit === undefined ? undefined : Number(number) * UNITS[unit]!;
}
