/**
 * Formatting of text tables and numbers.
 *
 * @module
 */

/**
 * Formats a table with one line per row. Columns are separated by two spaces, and all but
 * the last are right-aligned.
 *
 * @param rows Cells by row, the header first.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from(
    { length: columns },
    (_, column) => rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => column === columns - 1 ? cell : cell.padStart(widths[column]!))
      .join("  ");
  return rows.map(line).join("\n");
}

/** Formats a time in microseconds, for example as `12.3 µs`, `4.57 ms` or `1.02 s`. */
export function formatTime(microseconds: number): string {
  return formatInUnits(microseconds, ["µs", "ms", "s"]);
}

/** Formats a value in the largest unit that it reaches. Each unit is a thousand smaller ones. */
export function formatInUnits(value: number, [unit = "", ...larger]: readonly string[]): string {
  return Math.abs(value) >= 999.5 && larger.length > 0
    ? formatInUnits(value / 1e3, larger)
    : `${formatSignificant(value)} ${unit}`;
}

/** Formats a number with three significant digits. */
export function formatSignificant(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5) return formatCount(Math.round(value));
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

// Much faster than toLocaleString(), which looks for the language each time.
const { format } = new Intl.NumberFormat("en-US");

/** Formats a whole number with thousands separators, for example as `12,345`. */
export function formatCount(value: number): string {
  return format(value);
}

/**
 * Formats a part of a whole as a percentage with one decimal, without the sign; `0.0` if
 * `whole` is 0.
 */
export function formatPercent(part: number, whole: number): string {
  return (whole > 0 ? 100 * part / whole : 0).toFixed(1);
}

/**
 * Formats a number with a noun, for example as `1 schema` or `2 schemas`.
 *
 * @param noun Noun in the singular, whose plural ends in s.
 */
export function formatNumber(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}
