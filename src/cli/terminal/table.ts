/**
 * Tables of text, aligned by the width that a terminal shows.
 *
 * @module
 */

/** Characters that take two columns: those of East Asian scripts, and pictures. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

const segmenter = new Intl.Segmenter();

/** Returns the number of columns that a text of one line takes. */
export function widthOf(text: string): number {
  // Every character of this range takes one column.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += WIDE.test(segment) ? 2 : /^\p{M}/u.test(segment) ? 0 : 1;
  }
  return width;
}

/** Returns a text of at most `width` columns; one that is cut ends with `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let left = width - 1;
  for (const { segment } of segmenter.segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Breaks a text into lines of at most `width` columns, at spaces if there are any. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = cut(word, width);
  }
  return line === "" ? lines : [...lines, line];
}

/** Column of a table. */
export interface Column {
  readonly title: string;
  /** True for numbers, which are aligned right. */
  readonly isNumber?: boolean;
}

/** Formats rows under the titles of their columns, two spaces apart. Cells are of one line. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => widthOf(row[index]!))));
  return all.map((row) =>
    row.map((cell, index) => {
      const space = " ".repeat(widths[index]! - widthOf(cell));
      return columns[index]!.isNumber ? space + cell : cell + space;
    }).join("  ").trimEnd()
  );
}
