/**
 * Two runs side by side.
 *
 * @module
 */
import { type Figure, judged, timesFloor, UNIT_SIZE } from "../figure.ts";
import { figureOf } from "./benches.ts";
import { formatRatio, formatValue } from "./format.ts";
import type { Results } from "./results.ts";
import type { Table } from "./table.ts";

/** Change of one figure between two runs. */
export interface Change {
  /** Name of the figure. */
  readonly name: string;
  /** Before, as text. */
  readonly before: string;
  /** After, as text. */
  readonly after: string;
  /** Ratio of the figure after to that before; NaN if one is missing. */
  readonly ratio: number;
  /** Verdict: outside the band of noise, within it, or in one run only. */
  readonly verdict: "worse" | "better" | "same" | "new" | "gone";
}

/** One figure of a run, in the form in which runs can be compared. */
interface Compared {
  /**
   * The ratio to the floor where there is one, for it says the same on a fast
   * machine and on a slow one; what is over the floor where the budget asks for
   * that; else the figure itself.
   */
  readonly value: number;
  /**
   * The figure itself. Both must have changed: a ratio alone also changes with its
   * floor, and a figure alone with the machine.
   */
  readonly itself: number;
  readonly text: string;
  /** A difference up to this says nothing, in the unit of the value. */
  readonly resolution: number;
  /** Share of the value that may be noise, if known. */
  readonly noise?: number | undefined;
}

/**
 * Compares two runs.
 *
 * @param before The results that are held against.
 * @param after The results of now.
 * @param noise How much of the value may be chance: 0.3 for 30 %.
 */
export function compareResults(before: Results, after: Results, noise: number): Change[] {
  const [old, now] = [comparedOf(before), comparedOf(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].map((name) => change(name, old.get(name), now.get(name), noise));
}

function change(
  name: string,
  before: Compared | undefined,
  after: Compared | undefined,
  noise: number,
): Change {
  const shown = { name, before: before?.text ?? "—", after: after?.text ?? "—" };
  if (before === undefined) return { ...shown, ratio: NaN, verdict: "new" };
  if (after === undefined) return { ...shown, ratio: NaN, verdict: "gone" };
  // Also where both are 0, or 0 of 0.
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

function comparedOf({ figures, benches }: Results): Map<string, Compared> {
  const measured = benches.filter(({ isFloor }) => !isFloor);
  const all = [...figures, ...measured.map((bench) => figureOf(bench, benches))];
  return new Map(all.map((figure) => [figure.name, comparedFigure(figure)]));
}

function comparedFigure(figure: Figure): Compared {
  const { unit, minimum, budget, resolution = 0, noise } = figure;
  // A run may count in another unit than the one before.
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

/** The changes as a table, those beyond the noise first. */
export function changesTable(changes: readonly Change[]): Table {
  const order = ["worse", "better", "gone", "new", "same"];
  return {
    head: ["what", "before", "after", "times", ""],
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
