/**
 * Formatting of figures.
 *
 * @module
 */
import { formatInUnits, formatSignificant } from "../../src/profile/draw/table.ts";
import { type Budget, type Figure, type Unit, UNIT_SIZE } from "../figure.ts";

/** Formats a value with its unit, to three digits. */
export function formatValue(value: number, unit: Unit): string {
  return unit === "bytes"
    ? formatBytes(value)
    : formatInUnits(value * UNIT_SIZE[unit], ["ns", "µs", "ms", "s"]);
}

/** Formats bytes in B, kB, MB or GB. */
export function formatBytes(bytes: number): string {
  // A mean may have a fraction of a byte.
  const rounded = Number(bytes.toFixed(1));
  return Math.abs(rounded) < 1_000
    ? `${rounded + 0} B`
    : formatInUnits(bytes / 1e3, ["kB", "MB", "GB"]);
}

/** Formats a ratio as a multiple. */
export function formatRatio(ratio: number): string {
  return `${formatSignificant(ratio)} ×`;
}

/** Formats the floor of a figure with its name; a dash if it has none. */
export function formatFloor({ floor, unit }: Figure): string {
  return floor === undefined ? "—" : `${formatValue(floor.minimum, unit)} (${floor.name})`;
}

/** Formats a value in the form of its budget. */
export function formatJudged(value: number, { kind }: Budget, unit: Unit): string {
  if (kind === "times the floor") return formatRatio(value);
  return `${kind === "over the floor" ? "+ " : ""}${formatValue(value, unit)}`;
}
