/**
 * Text tables and numbers.
 *
 * @module
 */

/**
 * Lays out a table: every column right-aligned but the last, two spaces between.
 *
 * @param rows The cells, the header first.
 * @returns One line per row.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(...rows.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => column === columns - 1 ? cell : cell.padStart(widths[column]!))
      .join("  ");
  return rows.map(line).join("\n");
}

/**
 * Microseconds with the unit that suits them.
 *
 * @param microseconds The time.
 * @returns For example `12.3 µs`, `4.57 ms` or `1.02 s`.
 */
export function formatTime(microseconds: number): string {
  if (microseconds < 999.5) return `${significant(microseconds)} µs`;
  if (microseconds < 999_500) return `${significant(microseconds / 1e3)} ms`;
  return `${(microseconds / 1e6).toFixed(2)} s`;
}

/**
 * A whole number with commas.
 *
 * @param value The number.
 * @returns For example `12,345`.
 */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/**
 * A part of a whole.
 *
 * @param part The part.
 * @param whole The whole.
 * @returns Per cent with one decimal; of nothing it is `0.0`.
 */
export function formatPercent(part: number, whole: number): string {
  return (whole > 0 ? 100 * part / whole : 0).toFixed(1);
}

/**
 * A number with its noun.
 *
 * @param value The number.
 * @param noun The noun in the singular, its plural made with an s.
 * @returns For example `1 schema` or `2 schemas`.
 */
export function formatNumber(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function significant(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
