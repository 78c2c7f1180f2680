/**
 * Reading the text of a model as exactly one JSON value.
 *
 * @module
 */
import { MAX_DEPTH } from "../json/json.ts";

/** What a text turned out to be: its value, or why it has none. */
export type ParsedOutput =
  | { readonly success: true; readonly value: unknown }
  | { readonly success: false; readonly message: string };

/**
 * Parses text strictly. Only white space may surround the value. Empty text, a
 * byte-order mark, prose, code fences, a second value, a key given twice and a
 * number that would change its value are refused: between two readings of a
 * decision there is no guessing.
 */
export function parseOutput(text: string): ParsedOutput {
  if (text.trim() === "") return refused(text === "" ? "empty text" : "only white space");
  if (text.charCodeAt(0) === 0xfeff) return refused("a byte-order mark before it");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused(`text that is not JSON (${(error as Error).message})`);
  }
  const fault = findFault(text);
  return fault === undefined ? { success: true, value } : refused(fault);
}

function refused(what: string): ParsedOutput {
  return {
    success: false,
    message: `Invalid output: expected one JSON object and nothing else, but received ${what}`,
  };
}

/** What `JSON.parse` lets pass in a valid text and we do not; undefined if nothing. */
function findFault(text: string): string | undefined {
  // One entry for each open bracket: the keys so far of an object, null for an array.
  const open: (Set<string> | null)[] = [];
  let lastString = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      const end = endOfString(text, at);
      lastString = text.slice(at, end);
      at = end - 1;
    } else if (character === "{" || character === "[") {
      if (open.length === MAX_DEPTH) return `more than ${MAX_DEPTH} levels of nesting`;
      open.push(character === "{" ? new Set() : null);
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === ":") {
      const keys = open.at(-1)!;
      const key = JSON.parse(lastString);
      if (keys!.has(key)) return `the key ${lastString} twice in one object`;
      keys!.add(key);
    } else if (character === "-" || character >= "0" && character <= "9") {
      NUMBER_REGEXP.lastIndex = at;
      const [number] = NUMBER_REGEXP.exec(text)!;
      if (!isExact(number)) {
        return `a number that cannot be kept exactly (${number.slice(0, 40)})`;
      }
      at += number.length - 1;
    }
  }
  return undefined;
}

/** The index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, place: number): boolean {
  let first = place;
  while (text[first - 1] === "\\") first--;
  return (place - first) % 2 === 1;
}

const NUMBER_REGEXP = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

/** Whether a number keeps its value: fractions may be rounded, whole numbers may not. */
function isExact(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(text)) return true;
  const [given, kept] = [decimal(text), decimal(`${value}`)];
  return given.exponent < 0 || given.digits === kept.digits && given.exponent === kept.exponent;
}

/** A number as its digits, without zeros at either end, and the power of ten they stand for. */
function decimal(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?0*(\d*)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/
    .exec(text)!;
  const all = whole + fraction;
  const digits = all.replace(/0+$/, "");
  const zeros = all.length - digits.length;
  return digits.replace(/^0+/, "") === ""
    ? { digits: "", exponent: 0 }
    : { digits: digits.replace(/^0+/, ""), exponent: Number(exponent) - fraction.length + zeros };
}
