/**
 * The least of two runs of the same code: what disturbs a run only makes it slower.
 *
 * @module
 */
import type { Figure, Spread } from "../figure.ts";
import type { Bench } from "./benches.ts";

/** Each benchmark as it was in its better run. */
export function leastBenches(some: readonly Bench[], others: readonly Bench[]): Bench[] {
  return some.map((bench) => {
    const other = others.find(({ group, name }) => group === bench.group && name === bench.name);
    if (other === undefined) return bench;
    return {
      ...bench,
      minimum: Math.min(bench.minimum, other.minimum),
      average: Math.min(bench.average, other.average),
      p99: Math.min(bench.p99, other.p99),
    };
  });
}

/** Each figure, and its floor, as it was in its better run; what was measured once stays as it is. */
export function leastFigures(some: readonly Figure[], others: readonly Figure[]): Figure[] {
  return some.map((figure) => {
    const other = others.find(({ name }) => name === figure.name);
    if (other === undefined) return figure;
    const { floor } = figure;
    return {
      ...figure,
      ...leastSpread(figure, other),
      ...(floor && { floor: { ...floor, ...leastSpread(floor, other.floor ?? floor) } }),
    };
  });
}

function leastSpread(one: Spread, other: Spread): Spread {
  return {
    minimum: Math.min(one.minimum, other.minimum),
    median: Math.min(one.median, other.median),
  };
}
