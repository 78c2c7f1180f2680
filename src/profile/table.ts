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
    (_, column) => Math.max(...rows.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => column === columns - 1 ? cell : cell.padStart(widths[column]!))
      .join("  ");
  return rows.map(line).join("\n");
}

/** Formats a time in microseconds, for example as `12.3 µs`, `4.57 ms` or `1.02 s`. */
export function formatTime(microseconds: number): string {
  if (microseconds < 999.5) return `${significant(microseconds)} µs`;
  if (microseconds < 999_500) return `${significant(microseconds / 1e3)} ms`;
  return `${(microseconds / 1e6).toFixed(2)} s`;
}

/** Formats a whole number with thousands separators, for example as `12,345`. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
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

function significant(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
