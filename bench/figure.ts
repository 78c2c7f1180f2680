/**
 * Measured figures and their budgets.
 *
 * @module
 */

/** Unit of a figure. */
export type Unit = "ns" | "µs" | "ms" | "bytes";

/** Nanoseconds or bytes in one of each unit. */
export const UNIT_SIZE: Readonly<Record<Unit, number>> = { ns: 1, µs: 1e3, ms: 1e6, bytes: 1 };

/** Values of several rounds: the minimum is least disturbed, the median is typical. */
export interface Spread {
  /** Minimum of all rounds. */
  readonly minimum: number;
  /** Median of all rounds. */
  readonly median: number;
}

/** Limit of a figure. */
export interface Budget {
  /**
   * Value that is compared: the figure itself, its excess over its floor, or its
   * ratio to its floor.
   */
  readonly kind: "itself" | "over the floor" | "times the floor";
  /** Maximum of the compared value. */
  readonly limit: number;
}

/** Figure of the report. */
export interface Figure extends Spread {
  /** Name of the figure, the same in every run. */
  readonly name: string;
  /** Unit of its values. */
  readonly unit: Unit;
  /** Cost of the same work without the framework, in the same unit, from the same rounds. */
  readonly floor?: Spread & { readonly name: string };
  /** Budget of the figure. Default: none. */
  readonly budget?: Budget;
  /** Largest insignificant difference, in the unit of the figure. Default: 0. */
  readonly resolution?: number;
  /** Fraction of the value that may be noise: 0.05 for 5 %. Default: that of the comparison. */
  readonly noise?: number;
}

/** Computes the minimum and the median of rounds. */
export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = rounds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { minimum: sorted[0]!, median };
}

/** Returns the ratio of the minimum of a figure to that of its floor; undefined without a floor. */
export function timesFloor({ minimum, floor }: Figure): number | undefined {
  return floor && minimum / floor.minimum;
}

const JUDGED: Readonly<Record<Budget["kind"], (figure: Figure) => number>> = {
  "itself": ({ minimum }) => minimum,
  "over the floor": ({ minimum, floor }) => minimum - (floor?.minimum ?? 0),
  "times the floor": (figure) => timesFloor(figure) ?? NaN,
};

/** Value that is compared with the budget: the figure itself, its excess or its ratio. */
export function judged(figure: Figure, { kind }: Budget): number {
  return JUDGED[kind](figure);
}

/** Returns true if a figure is within its budget; undefined if it has none. */
export function isWithin(figure: Figure): boolean | undefined {
  const { budget } = figure;
  return budget && judged(figure, budget) <= budget.limit;
}
