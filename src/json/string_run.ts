/**
 * How far the inside of a JSON string can be read in a text that still grows.
 *
 * @module
 */

/** Part of the inside of a string. It never ends between the halves of a surrogate pair. */
export interface StringRun {
  /** The place behind it. What stands there and is neither a quote nor a fault waits for more text. */
  readonly end: number;
  /** Whether it has escapes. */
  readonly hasEscapes: boolean;
  /** Whether the closing quote stands at its end. */
  readonly isClosed: boolean;
  /** The character that cannot be there. */
  readonly fault?: { readonly at: number; readonly expected: string };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** Reads from a place inside a string, up to the closing quote, a fault, or the end of the text. */
export function readStringRun(text: string, from: number): StringRun {
  let hasEscapes = false;
  /** Where a high surrogate stands whose other half may follow. */
  let high = -1;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return { end: at, hasEscapes, isClosed: true };
    if (code === BACKSLASH) {
      const escape = readEscape(text, at);
      if (typeof escape === "object") return openRun(high < 0 ? at : high, hasEscapes, escape);
      if (escape === undefined) break;
      hasEscapes = true;
      high = isHighSurrogate(escape) ? at : -1;
      at += escape === NOT_UNICODE ? 2 : 6;
    } else if (code < 0x20) {
      const fault = { at, expected: "control characters of a string to be escaped" };
      return openRun(high < 0 ? at : high, hasEscapes, fault);
    } else {
      high = isHighSurrogate(code) ? at : -1;
      at++;
    }
  }
  return openRun(high < 0 ? at : high, hasEscapes);
}

function openRun(end: number, hasEscapes: boolean, fault?: StringRun["fault"]): StringRun {
  return { end, hasEscapes, isClosed: false, ...(fault && { fault }) };
}

/** The characters of a part of a string. */
export function decodeRun(text: string, from: number, { end, hasEscapes }: StringRun): string {
  const raw = text.slice(from, end);
  return hasEscapes ? JSON.parse(`"${raw}"`) : raw;
}

/** What an escape of one letter stands for, as far as it matters here. */
const NOT_UNICODE = -1;

/** The UTF-16 code unit of an escape, undefined where it is not complete yet, or its fault. */
function readEscape(text: string, from: number): number | undefined | StringRun["fault"] {
  if (from + 1 === text.length) return undefined;
  if (text.charCodeAt(from + 1) !== LETTER_U) {
    if ('"\\/bfnrt'.includes(text[from + 1]!)) return NOT_UNICODE;
    return { at: from + 1, expected: 'one of "\\/bfnrtu behind a backslash' };
  }
  let unit = 0;
  for (let at = from + 2; at < from + 6; at++) {
    if (at === text.length) return undefined;
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return { at, expected: "four hexadecimal digits" };
    unit = unit * 16 + digit;
  }
  return unit;
}

/** The value of a hexadecimal digit; negative if it is none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isHighSurrogate(code: number): boolean {
  return (code & ~0x3ff) === 0xd800;
}
