/**
 * Figures as text.
 *
 * @module
 */
import { type Budget, type Figure, type Unit, UNIT_SIZE } from "../figure.ts";

/** A value with its unit, to three digits. */
export function formatValue(value: number, unit: Unit): string {
  return unit === "bytes" ? formatBytes(value) : inUnits(value * UNIT_SIZE[unit], TIME_UNITS);
}

/** Bytes, in the thousands that suit them. */
export function formatBytes(bytes: number): string {
  // There is no third of a byte, but a mean of bytes may have one.
  const rounded = Number(bytes.toFixed(1));
  return Math.abs(rounded) < 1_000 ? `${rounded + 0} B` : inUnits(bytes / 1e3, ["kB", "MB", "GB"]);
}

const TIME_UNITS = ["ns", "µs", "ms", "s"];

/** A value in the unit of which there are less than a thousand, each a thousand times the one before. */
function inUnits(value: number, [unit = "", ...larger]: readonly string[]): string {
  return Math.abs(value) >= 999.5 && larger.length > 0
    ? inUnits(value / 1e3, larger)
    : `${significant(value)} ${unit}`;
}

/** Formats a ratio as a multiple. */
export function formatRatio(ratio: number): string {
  return `${significant(ratio)} ×`;
}

/** The floor of a figure and what it is; a dash where there is none. */
export function formatFloor({ floor, unit }: Figure): string {
  return floor === undefined ? "—" : `${formatValue(floor.minimum, unit)} (${floor.name})`;
}

/** A value as its budget counts it. */
export function formatJudged(value: number, { kind }: Budget, unit: Unit): string {
  if (kind === "times the floor") return formatRatio(value);
  return `${kind === "over the floor" ? "+ " : ""}${formatValue(value, unit)}`;
}

/** Three digits, as many of them as matter. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
