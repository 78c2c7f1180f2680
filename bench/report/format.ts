/**
 * Formatting of figures.
 *
 * @module
 */
import { type Budget, type Figure, type Unit, UNIT_SIZE } from "../figure.ts";

/** Formats a value with its unit, to three digits. */
export function formatValue(value: number, unit: Unit): string {
  return unit === "bytes" ? formatBytes(value) : inUnits(value * UNIT_SIZE[unit], TIME_UNITS);
}

/** Formats bytes in B, kB, MB or GB. */
export function formatBytes(bytes: number): string {
  // A mean may have a fraction of a byte.
  const rounded = Number(bytes.toFixed(1));
  return Math.abs(rounded) < 1_000 ? `${rounded + 0} B` : inUnits(bytes / 1e3, ["kB", "MB", "GB"]);
}

const TIME_UNITS = ["ns", "µs", "ms", "s"];

/** Formats a value in the largest unit that it reaches. Each unit is a thousand smaller ones. */
function inUnits(value: number, [unit = "", ...larger]: readonly string[]): string {
  return Math.abs(value) >= 999.5 && larger.length > 0
    ? inUnits(value / 1e3, larger)
    : `${formatSignificant(value)} ${unit}`;
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

/** Formats a number with three significant digits. */
export function formatSignificant(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
