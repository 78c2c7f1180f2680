/**
 * Lists as JSON of a bounded length.
 *
 * @module
 */

/** One entry of a list: a text, and what stands around it. */
export interface Entry {
  /** What may be cut. */
  readonly text: string;
  /** Whether the text is JSON, which stands as a value where it is whole. */
  readonly isJson?: boolean;
  /** The entry, with the text or the value in its place. */
  readonly frame: (content: unknown) => unknown;
}

const MARK = "…";

/**
 * The entries as JSON, in order, as many as take `room` characters with a comma
 * each. The one that takes more is cut, and those behind it are left out.
 */
export function fitJson(entries: Iterable<Entry>, room: number): string[] {
  const fitting: string[] = [];
  for (const { text, isJson, frame } of entries) {
    const whole = JSON.stringify(frame(isJson ? parsed(text) : text));
    if (whole.length < room) {
      fitting.push(whole);
      room -= whole.length + 1;
      continue;
    }
    // A character of text is one of JSON or more, so as many go as are too many.
    const excess = JSON.stringify(frame(text)).length + 1 - room;
    const kept = text.length - excess - MARK.length;
    if (kept > 0) fitting.push(JSON.stringify(frame(cutText(text, kept + MARK.length))));
    break;
  }
  return fitting;
}

/** Text of at most `maxChars` characters; what was cut ends with an ellipsis. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars - MARK.length);
  // A pair of surrogates is one character: it is not cut in two.
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}${MARK}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
