/**
 * Comparison of two runs.
 *
 * @module
 */
import { type Figure, judged, timesFloor, UNIT_SIZE } from "../figure.ts";
import { toFigure } from "./benches.ts";
import { formatRatio, formatValue } from "./format.ts";
import type { Results } from "./results.ts";
import type { Table } from "./table.ts";

/** Change of one figure between two runs. */
export interface Change {
  /** Name of the figure. */
  readonly name: string;
  /** Value before, as text. */
  readonly before: string;
  /** Value after, as text. */
  readonly after: string;
  /** Ratio of the figure after to that before; NaN if one is missing. */
  readonly ratio: number;
  /** `"same"` within the noise; `"new"` or `"gone"` if only one run has the figure. */
  readonly verdict: "worse" | "better" | "same" | "new" | "gone";
}

/** Figure of a run, in comparable form. */
interface Compared {
  /**
   * Ratio to the floor, which does not depend on the speed of the machine; the excess over the
   * floor if the budget limits that; the figure itself if it has no floor.
   */
  readonly value: number;
  /**
   * The figure itself. It must change too, because the ratio alone also changes with the floor,
   * and the figure alone with the machine.
   */
  readonly itself: number;
  readonly text: string;
  /** Largest insignificant difference, in the unit of `value`. */
  readonly resolution: number;
  /** Fraction of the value that may be noise, if known. */
  readonly noise?: number | undefined;
}

/**
 * Compares two runs.
 *
 * @param noise Fraction of a value that may be noise: 0.3 for 30 %.
 */
export function compareResults(before: Results, after: Results, noise: number): Change[] {
  const [old, now] = [toCompared(before), toCompared(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].map((name) => compareFigure(name, old.get(name), now.get(name), noise));
}

function compareFigure(
  name: string,
  before: Compared | undefined,
  after: Compared | undefined,
  noise: number,
): Change {
  const shown = { name, before: before?.text ?? "—", after: after?.text ?? "—" };
  if (before === undefined) return { ...shown, ratio: NaN, verdict: "new" };
  if (after === undefined) return { ...shown, ratio: NaN, verdict: "gone" };
  // Includes values and ratios that are both 0 or NaN.
  if (Object.is(before.value, after.value)) return { ...shown, ratio: 1, verdict: "same" };
  const ratio = after.value / before.value;
  const most = 1 + (after.noise ?? noise);
  const resolution = Math.max(before.resolution, after.resolution);
  const isMore = (one: Compared, other: Compared) =>
    one.value - other.value > resolution && one.value > other.value * most &&
    one.itself > other.itself * most;
  const verdict = isMore(after, before) ? "worse" : isMore(before, after) ? "better" : "same";
  return { ...shown, ratio, verdict };
}

function toCompared({ figures, benches }: Results): Map<string, Compared> {
  const measured = benches.filter(({ isFloor }) => !isFloor);
  const all = [...figures, ...measured.map((bench) => toFigure(bench, benches))];
  return new Map(all.map((figure) => [figure.name, toComparedFigure(figure)]));
}

function toComparedFigure(figure: Figure): Compared {
  const { unit, minimum, budget, resolution = 0, noise } = figure;
  // The runs may use different units.
  const size = UNIT_SIZE[unit];
  const isExcess = budget?.kind === "over the floor";
  const ratio = timesFloor(figure);
  if (isExcess || ratio === undefined) {
    const value = isExcess ? judged(figure, budget) : minimum;
    const [scaled, text] = [value * size, formatValue(value, unit)];
    return { value: scaled, itself: scaled, text, resolution: resolution * size, noise };
  }
  return {
    value: ratio,
    itself: minimum * size,
    text: formatRatio(ratio),
    resolution: resolution * ratio / minimum,
    noise,
  };
}

/** Makes a table of the changes, those beyond the noise first. */
export function makeChangesTable(changes: readonly Change[]): Table {
  const order = ["worse", "better", "gone", "new", "same"];
  return {
    head: ["figure", "before", "after", "ratio", ""],
    rows: changes
      .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
      .map(({ name, before, after, ratio, verdict }) => [
        name,
        before,
        after,
        Number.isNaN(ratio) ? "—" : ratio.toFixed(2),
        verdict,
      ]),
  };
}
