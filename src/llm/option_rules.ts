/**
 * Validation rules for option values.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import * as option from "../schema/option_shape.ts";

/** Validation rule for an option. */
export interface OptionRule {
  /** Expected value, for error messages. */
  readonly expected: string;
  /** Returns true if the value is valid. */
  accepts(value: unknown): boolean;
}

/** Rules of all options of a function. A missing or an additional name is a compile error. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: OptionRule };

/** Creates a rule for numbers. */
function numberRule(expected: string, test: (value: number) => boolean): OptionRule {
  return { expected, accepts: (value) => typeof value === "number" && test(value) };
}

/** Creates a rule for whole numbers from `least` to `most`. */
export function wholeFrom(least: number, most: number = Infinity): OptionRule {
  const expected = `a whole number from ${least}${most < Infinity ? ` to ${most}` : ""}`;
  return numberRule(
    expected,
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  );
}

/** Any safe integer. */
export const WHOLE: OptionRule = numberRule("a whole number", Number.isSafeInteger);

/** Finite number, 0 or greater. */
export const FROM_ZERO: OptionRule = numberRule("a number from 0", isFromZero);

/** Safe integer, 0 or greater, or `Infinity` for no limit. */
export const COUNT: OptionRule = numberRule(
  "a whole number from 0, or Infinity",
  (value) => value === Infinity || Number.isSafeInteger(value) && value >= 0,
);

/** Backoff factor: a finite number, 1 or greater. */
export const FACTOR: OptionRule = numberRule(
  "a finite number from 1",
  (value) => Number.isFinite(value) && value >= 1,
);

/** Delay in milliseconds, 0 or greater. */
export const DELAY: OptionRule = numberRule("a number of milliseconds from 0", isFromZero);

/** Time limit in milliseconds, greater than 0. */
export const LIMIT: OptionRule = numberRule(
  "a number of milliseconds above 0",
  (value) => Number.isFinite(value) && value > 0,
);

/** String that contains more than whitespace. */
export const TEXT: OptionRule = {
  expected: "a non-empty string",
  accepts: (value) => typeof value === "string" && value.trim() !== "",
};

/** Any value, which is validated elsewhere. */
export const ANYTHING: OptionRule = { expected: "any value", accepts: () => true };

/** Boolean. */
export const FLAG: OptionRule = {
  expected: "true or false",
  accepts: (value) => typeof value === "boolean",
};

/** Any function. */
export const FUNCTION: OptionRule = {
  expected: "a function",
  accepts: (value) => typeof value === "function",
};

function isFromZero(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/**
 * Validates options, which may have any type in JavaScript. Absent options are valid.
 *
 * @param doing Action for the error message, as in "Cannot retry model "m" with attempts 0".
 * @throws {ConfigError} if an option is unknown, or for the first one that breaks its rule.
 */
export function checkOptions<Options extends object>(
  doing: string,
  options: Options,
  rules: OptionRules<NoInfer<Options>>,
): void {
  const shape = Object.fromEntries(Object.keys(rules).map((name) => [name, option.anything]));
  option.checkOptions(shape, options, `Cannot ${doing}`);
  for (const [name, { expected, accepts }] of Object.entries<OptionRule>(rules)) {
    const value = options[name as keyof Options];
    if (value === undefined || accepts(value)) continue;
    throw createOptionError(doing, name, quote(value), expected);
  }
}

/** Creates the error for an invalid option. */
export function createOptionError(
  doing: string,
  name: string,
  given: string,
  expected: string,
): ConfigError {
  return new ConfigError(`Cannot ${doing} with ${name} ${given}: expected ${expected}`);
}
