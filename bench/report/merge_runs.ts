/**
 * Best values of two runs of the same code, because disturbances only make a run slower.
 *
 * @module
 */
import type { Figure, Spread } from "../figure.ts";
import type { Bench } from "./benches.ts";

/** Returns each benchmark with the minima of both runs. */
export function mergeBenches(some: readonly Bench[], others: readonly Bench[]): Bench[] {
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

/** Returns each figure and its floor with the minima of both runs. */
export function mergeFigures(some: readonly Figure[], others: readonly Figure[]): Figure[] {
  return some.map((figure) => {
    const other = others.find(({ name }) => name === figure.name);
    if (other === undefined) return figure;
    const { floor } = figure;
    return {
      ...figure,
      ...mergeSpreads(figure, other),
      ...(floor && { floor: { ...floor, ...mergeSpreads(floor, other.floor ?? floor) } }),
    };
  });
}

function mergeSpreads(one: Spread, other: Spread): Spread {
  return {
    minimum: Math.min(one.minimum, other.minimum),
    median: Math.min(one.median, other.median),
  };
}
