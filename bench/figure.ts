/**
 * A measured figure, and what is held against it.
 *
 * @module
 */

/** Unit of a figure. */
export type Unit = "ns" | "µs" | "ms" | "bytes";

/** Nanoseconds or bytes in one of each unit. */
export const UNIT_SIZE: Readonly<Record<Unit, number>> = { ns: 1, µs: 1e3, ms: 1e6, bytes: 1 };

/** Something measured several times: the least is least disturbed, the median is usual. */
export interface Spread {
  /** The least of all rounds. */
  readonly minimum: number;
  /** The middle one. */
  readonly median: number;
}

/** Limit of a figure. */
export interface Budget {
  /**
   * Value that is compared: the figure itself, its excess over its floor, or its
   * ratio to its floor.
   */
  readonly kind: "itself" | "over the floor" | "times the floor";
  /** At most this. */
  readonly limit: number;
}

/** One figure of the report. */
export interface Figure extends Spread {
  /** Name of the figure, the same in every run. */
  readonly name: string;
  /** Unit of its values. */
  readonly unit: Unit;
  /** Cost of the same work without the framework, in the same unit, from the same rounds. */
  readonly floor?: Spread & { readonly name: string };
  /** Budget of the figure. Default: none. */
  readonly budget?: Budget;
  /** A difference up to this, in the unit, says nothing. Default: none. */
  readonly resolution?: number;
  /** Share of the value that may be noise: 0.05 for 5 %. Default: that of the comparison. */
  readonly noise?: number;
}

/** The spread of the rounds. */
export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = rounds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { minimum: sorted[0]!, median };
}

/** Returns the ratio of a figure to its floor, both at their least; undefined without a floor. */
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

/** True if a figure keeps its budget; undefined without a budget. */
export function isWithin(figure: Figure): boolean | undefined {
  const { budget } = figure;
  return budget && judged(figure, budget) <= budget.limit;
}
