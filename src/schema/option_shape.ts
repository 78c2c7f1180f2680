/**
 * Validation of options. Unknown keys are refused.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, type GraphProblem, quote } from "../errors.ts";
import { isStandardSchema } from "./standard_schema.ts";

/** Schema of each option. A missing or an additional key is a compile error. */
export type OptionShape<Options> = { readonly [Key in keyof Options]-?: v.GenericSchema };

/** Required text. */
export const text: v.GenericSchema = v.string("expected text");
/** Optional text. */
export const optionalText: v.GenericSchema = v.optional(text);
/** Optional boolean. */
export const flag: v.GenericSchema = v.optional(v.boolean("expected true or false"));
/** Required text, or a function that returns it. */
export const textOrFunction: v.GenericSchema = v.custom(
  (value) => typeof value === "string" || typeof value === "function",
  "expected text, or a function that returns it",
);
/** Returns the schema of an optional boolean, which may also be a value of another type. */
export function flagOr(type: "function" | "string", expected: string): v.GenericSchema {
  const types: readonly string[] = ["boolean", type];
  return v.optional(v.custom((value) => types.includes(typeof value), expected));
}

/** Optional function. */
export const callable: v.GenericSchema = v.optional(v.function("expected a function"));
/** Optional Standard Schema. */
export const schema: v.GenericSchema = v.optional(
  v.custom(isStandardSchema, "expected a Standard Schema (valibot, zod, arktype, …)"),
);
/** Value that is validated elsewhere, if it is there. */
export const anything: v.GenericSchema = v.optional(v.unknown());
/** Optional number of identical rounds of calls that counts as a loop. */
export const repeats: v.GenericSchema = wholeNumberOrInfinity(2);

/** Returns the schema of an optional number for which `isValid` returns true. */
export function optionalNumber(
  expected: string,
  isValid: (value: number) => boolean,
): v.GenericSchema {
  return v.optional(v.custom((value) => typeof value === "number" && isValid(value), expected));
}

/** Returns the schema of an optional whole number of at least `minimum` and at most `maximum`. */
export function wholeNumber(minimum: number, maximum: number = Infinity): v.GenericSchema {
  return optionalNumber(
    `expected a whole number from ${minimum}${maximum < Infinity ? ` to ${maximum}` : ""}`,
    (value) => Number.isSafeInteger(value) && value >= minimum && value <= maximum,
  );
}

/** Returns the schema of an optional whole number of at least `minimum`, or Infinity. */
export function wholeNumberOrInfinity(minimum: number): v.GenericSchema {
  return optionalNumber(
    `expected a whole number from ${minimum}, or Infinity`,
    (value) => value >= minimum && (value === Infinity || Number.isSafeInteger(value)),
  );
}

/** Returns true if a value is an object and not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Validates options, which may have any type in JavaScript.
 *
 * @throws {ConfigError} with the first option that is unknown or invalid.
 *
 * @param attempt Start of the message: `Cannot create tool "t"`.
 */
export function checkOptions<Options>(
  shape: OptionShape<Options>,
  options: unknown,
  attempt: string,
): void {
  const [fault] = findFaults(shape, options);
  if (fault === undefined) return;
  const { path, value, reason } = fault;
  const lead = value === undefined ? "" : `${path || "options"} is ${value}: `;
  throw new ConfigError(`${attempt}: ${lead}${reason}`);
}

/** Returns the valid options, and the problems of the invalid ones. */
export function readOptions<Options>(
  shape: OptionShape<Options>,
  options: unknown,
  path: string,
): { readonly usable: Partial<Options>; readonly problems: readonly GraphProblem[] } {
  const faults = findFaults(shape, options);
  const usable = isRecord(options) ? { ...options } : {};
  const problems = faults.map(({ path: below, value, reason }) => {
    delete usable[below.split(".", 1)[0]!];
    return {
      path: below === "" ? path : `${path}.${below}`,
      message: value === undefined ? reason : `it is ${value}: ${reason}`,
    };
  });
  return { usable: usable as Partial<Options>, problems };
}

/** Problem of one option, or of the options as a whole. */
interface Fault {
  /** Path of the option; empty for the options as a whole. */
  readonly path: string;
  /** Offending value, for a message; undefined if the key is unknown. */
  readonly value?: string;
  readonly reason: string;
}

function findFaults(shape: Readonly<Record<string, v.GenericSchema>>, options: unknown): Fault[] {
  if (!isRecord(options)) {
    return [{ path: "", value: quote(options), reason: "expected an object" }];
  }
  const faults: Fault[] = [];
  // Unknown keys come first, because a misspelled key explains a missing one.
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(shape, key)) continue;
    faults.push({ path: "", reason: describeUnknown(key, Object.keys(shape)) });
  }
  for (const key of Object.keys(shape)) {
    const schema = shape[key]!;
    if (options[key] === undefined && schema.type === "optional") continue;
    const { issues } = v.safeParse(schema, options[key]);
    if (issues === undefined) continue;
    for (const issue of issues) {
      const below = v.getDotPath(issue);
      const path = below === null ? key : `${key}.${below}`;
      faults.push({ path, value: quote(issue.input), reason: issue.message });
    }
  }
  return faults;
}

function describeUnknown(name: string, known: readonly string[]): string {
  return `unknown option ${quote(name)}: expected ${oneOf(known)}${suggestNearest(name, known)}`;
}

/** Returns the end of a message about an unknown name: the nearest known name, if one is near. */
export function suggestNearest(name: string, known: Iterable<string>): string {
  const nearest = findNearest(name, known);
  return nearest === undefined ? "" : `; did you mean ${quote(nearest)}?`;
}

/** Lists names in a message: `one of "a", "b"`. */
export function oneOf(names: Iterable<string>): string {
  const quoted = [...names].map(quote);
  if (quoted.length === 0) return "nothing, because there are none";
  return quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(", ")}`;
}

/** Returns the known name that is most similar to a name; undefined if none is similar. */
export function findNearest(name: string, known: Iterable<string>): string | undefined {
  const [nearest] = [...known]
    // The distance is at least the difference of the lengths; that of long names takes long.
    .filter(({ length }) => length <= 100 && Math.abs(length - name.length) <= length / 2)
    .map((one) => ({ one, distance: editDistance(name, one) }))
    .filter(({ one, distance }) => distance <= one.length / 2)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.one;
}

/** Returns the Levenshtein distance of two names. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
