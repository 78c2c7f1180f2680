/**
 * Rules for the values of options.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";

/** Rule for the value of an option. */
export interface OptionRule {
  /** The rule in words, for messages. */
  readonly expected: string;
  /** True if a value keeps to it. */
  accepts(value: unknown): boolean;
}

/** Numbers that pass a test. */
function numbers(expected: string, test: (value: number) => boolean): OptionRule {
  return { expected, accepts: (value) => typeof value === "number" && test(value) };
}

/** A whole number from the least one, up to the most if there is one. */
export function wholeFrom(least: number, most: number = Infinity): OptionRule {
  const expected = `a whole number from ${least}${most < Infinity ? ` to ${most}` : ""}`;
  return numbers(
    expected,
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  );
}

/** A whole number. */
export const WHOLE: OptionRule = numbers("a whole number", Number.isSafeInteger);

/** A number from 0. */
export const FROM_ZERO: OptionRule = numbers("a number from 0", isFromZero);

/** A whole number from 0, or `Infinity` for no limit. */
export const COUNT: OptionRule = numbers(
  "a whole number from 0, or Infinity",
  (value) => value === Infinity || Number.isSafeInteger(value) && value >= 0,
);

/** Growth of something that never shrinks. */
export const FACTOR: OptionRule = numbers(
  "a finite number from 1",
  (value) => Number.isFinite(value) && value >= 1,
);

/** A time to wait, which may be none. */
export const DELAY: OptionRule = numbers("milliseconds, from 0", isFromZero);

/** A time that something may take. */
export const LIMIT: OptionRule = numbers(
  "milliseconds, more than 0",
  (value) => Number.isFinite(value) && value > 0,
);

/** A text that is not empty. */
export const TEXT: OptionRule = {
  expected: "a text that is not empty",
  accepts: (value) => typeof value === "string" && value.trim() !== "",
};

/** A function. */
export const FUNCTION: OptionRule = {
  expected: "a function",
  accepts: (value) => typeof value === "function",
};

function isFromZero(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/**
 * Checks the options that are given.
 *
 * @param doing Purpose of the options, as in "Cannot … with attempts 0".
 * @throws {ConfigError} naming the first that breaks its rule.
 */
export function checkOptions<Name extends string>(
  doing: string,
  options: { readonly [name in NoInfer<Name>]?: unknown },
  rules: Readonly<Record<Name, OptionRule>>,
): void {
  for (const [name, { expected, accepts }] of Object.entries<OptionRule>(rules)) {
    const value = options[name as Name];
    if (value === undefined || accepts(value)) continue;
    throw optionError(doing, name, quote(value), expected);
  }
}

/** The error for an option that cannot be used. */
export function optionError(
  doing: string,
  name: string,
  given: string,
  expected: string,
): ConfigError {
  return new ConfigError(`Cannot ${doing} with ${name} ${given}: expected ${expected}`);
}
