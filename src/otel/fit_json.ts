/**
 * Truncation of texts and JSON lists to a maximum length.
 *
 * @module
 */

/** Entry of a JSON list, with a text that may be truncated. */
export interface JsonEntry {
  /** Text that may be truncated. */
  readonly text: string;
  /**
   * If true, the text is JSON, and is inserted as a value unless it is truncated.
   * `@default {false}`
   */
  readonly isJson?: boolean;
  /** Wraps the text, or the value parsed from it, in the entry. */
  readonly wrap: (content: unknown) => unknown;
}

const ELLIPSIS = "…";

/**
 * Serializes entries in order, as many as fit into `room` characters with a comma each. The
 * first entry that does not fit is truncated, and later ones are omitted.
 */
export function fitJson(entries: Iterable<JsonEntry>, room: number): string[] {
  const fitting: string[] = [];
  for (const { text, isJson, wrap } of entries) {
    const whole = JSON.stringify(wrap(isJson ? parseOrKeep(text) : text));
    if (whole.length < room) {
      fitting.push(whole);
      room -= whole.length + 1;
      continue;
    }
    // Each character of text becomes at least one of JSON, so removing the excess is enough.
    const excess = JSON.stringify(wrap(text)).length + 1 - room;
    const kept = text.length - excess - ELLIPSIS.length;
    if (kept > 0) fitting.push(JSON.stringify(wrap(cutText(text, kept + ELLIPSIS.length))));
    break;
  }
  return fitting;
}

/** Truncates a text to `maxChars` characters, including an ellipsis at the end. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars - ELLIPSIS.length);
  // Drops a high surrogate at the end, so that no surrogate pair is split.
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}${ELLIPSIS}`;
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
