/**
 * What the numbers among the options of a wrapper may be.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";

/** What an option may be. */
export interface OptionRule {
  /** In words, for messages. */
  readonly expected: string;
  /** Whether a value is that. */
  accepts(value: number): boolean;
}

/** A whole number from the least one. */
export function wholeFrom(least: number): OptionRule {
  return {
    expected: `a whole number from ${least}`,
    accepts: (value) => Number.isSafeInteger(value) && value >= least,
  };
}

/** A whole number from 0, or `Infinity` for no limit. */
export const COUNT: OptionRule = {
  expected: "a whole number from 0, or Infinity",
  accepts: (value) => value === Infinity || Number.isSafeInteger(value) && value >= 0,
};

/** What something grows by, or stays. */
export const FACTOR: OptionRule = {
  expected: "a finite number from 1",
  accepts: (value) => Number.isFinite(value) && value >= 1,
};

/** A time to wait, which may be none. */
export const DELAY: OptionRule = {
  expected: "milliseconds, from 0",
  accepts: (value) => Number.isFinite(value) && value >= 0,
};

/** A time that something may take. */
export const LIMIT: OptionRule = {
  expected: "milliseconds, more than 0",
  accepts: (value) => Number.isFinite(value) && value > 0,
};

/**
 * Checks the options that are there.
 *
 * @param doing What the options are for, as in "Cannot … with attempts 0".
 * @throws {ConfigError} naming the first that breaks its rule.
 */
export function checkOptions<Name extends string>(
  doing: string,
  options: { readonly [name in NoInfer<Name>]?: number | undefined },
  rules: Readonly<Record<Name, OptionRule>>,
): void {
  for (const [name, { expected, accepts }] of Object.entries<OptionRule>(rules)) {
    const value = options[name as Name];
    if (value === undefined || accepts(value)) continue;
    throw new ConfigError(`Cannot ${doing} with ${name} ${quote(value)}: expected ${expected}`);
  }
}
