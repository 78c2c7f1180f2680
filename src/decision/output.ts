/**
 * Strict parsing of a model's text as exactly one JSON value.
 *
 * @module
 */
import { MAX_DEPTH } from "../json/json.ts";

/** Result of parsing a text. */
export type ParsedOutput =
  | { readonly success: true; readonly value: unknown }
  | { readonly success: false; readonly message: string };

/**
 * Parses text strictly. Only white space may surround the value. Empty text, a byte-order
 * mark, prose, code fences, a second value, a duplicate key and a number that cannot be
 * represented exactly are refused, because a decision must not be ambiguous.
 */
export function parseOutput(text: string): ParsedOutput {
  if (text.trim() === "") return refuse(text === "" ? "empty text" : "only white space");
  if (text.charCodeAt(0) === 0xfeff) return refuse("a byte-order mark before it");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`text that is not JSON (${(error as Error).message})`);
  }
  const fault = findFault(text);
  return fault === undefined ? { success: true, value } : refuse(fault);
}

function refuse(received: string): ParsedOutput {
  return {
    success: false,
    message: `Invalid output: expected one JSON object and nothing else, but received ${received}`,
  };
}

/** Matches the strings, numbers, brackets and colons of a valid JSON text. */
const TOKEN_REGEXP = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\]:]/g;

/** Describes the first fault that `JSON.parse` accepts; returns undefined if there is none. */
function findFault(text: string): string | undefined {
  // One entry per open bracket: the keys of an object so far, or null for an array.
  const open: (Set<string> | null)[] = [];
  let lastString = "";
  for (const [token] of text.matchAll(TOKEN_REGEXP)) {
    switch (token[0]) {
      case '"':
        lastString = token;
        break;
      case "{":
      case "[":
        if (open.length === MAX_DEPTH) return `more than ${MAX_DEPTH} levels of nesting`;
        open.push(token === "{" ? new Set() : null);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ":": {
        const keys = open.at(-1)!;
        const key = JSON.parse(lastString);
        if (keys.has(key)) return `the key ${lastString} twice in one object`;
        keys.add(key);
        break;
      }
      default:
        if (!isExact(token)) {
          return `a number that cannot be represented exactly (${token.slice(0, 40)})`;
        }
    }
  }
  return undefined;
}

/**
 * Returns true if `JSON.parse` keeps the value of a number. Fractions may be rounded, whole
 * numbers may not.
 */
function isExact(text: string): boolean {
  const value = Number(text);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return !Object.is(value, -0);
  return Number.isFinite(value) && normalizeDecimal(text) === normalizeDecimal(`${value}`);
}

/** Returns the significant digits of a number and its power of ten, so that equal values match. */
function normalizeDecimal(text: string): string {
  const [, whole, fraction, exponent] = /^-?(\d+)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  const power = Number(exponent ?? 0) - fraction!.length + digits.length - end;
  return `${digits.slice(0, end)}e${power}`;
}
