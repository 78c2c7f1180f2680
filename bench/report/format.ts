/**
 * Figures as text.
 *
 * @module
 */
import { formatTime } from "../../src/profile/table.ts";
import type { Budget, Figure, Unit } from "../figure.ts";

/** A value with its unit, to three digits. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case "ns":
      return value < 1_000 ? `${significant(value)} ns` : formatTime(value / 1e3);
    case "µs":
      return formatTime(value);
    case "ms":
      return formatTime(value * 1e3);
    case "bytes":
      return formatBytes(value);
    default:
      return unit satisfies never;
  }
}

/** Bytes, in the thousands that suit them. */
export function formatBytes(bytes: number): string {
  if (Math.abs(bytes) < 1_000) return `${Number(bytes.toFixed(1))} B`;
  if (Math.abs(bytes) < 1e6) return `${significant(bytes / 1e3)} kB`;
  return `${significant(bytes / 1e6)} MB`;
}

/** How many times something is something else. */
export function formatRatio(ratio: number): string {
  return `${significant(ratio)} ×`;
}

/** The floor of a figure and what it is; a dash where there is none. */
export function formatFloor({ floor, unit }: Figure): string {
  return floor === undefined ? "—" : `${formatValue(floor.minimum, unit)} ${floor.name}`;
}

/** A value as its budget counts it. */
export function formatJudged(value: number, { kind }: Budget, unit: Unit): string {
  switch (kind) {
    case "itself":
      return formatValue(value, unit);
    case "over the floor":
      return `+ ${formatValue(value, unit)}`;
    case "times the floor":
      return formatRatio(value);
    default:
      return kind satisfies never;
  }
}

/** Three digits, as many of them as matter. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
