/**
 * Strict parsing of a model's text as exactly one JSON value.
 *
 * @module
 */
import { isPlainObject, MAX_DEPTH } from "../json/json.ts";

/** Wrapping that was removed from an output: a Markdown fence, thoughts, or a byte-order mark. */
export type Unwrapped = "fence" | "think" | "bom";

/** Result of parsing a text. */
export type ParsedOutput =
  | {
    readonly success: true;
    readonly value: unknown;
    /** Outermost wrapping that was removed; absent if there was none. */
    readonly unwrapped?: Unwrapped;
    /** Thoughts of the model before the value, without their tags. */
    readonly thoughts?: string;
  }
  | { readonly success: false; readonly message: string };

/** Tag that ends the thoughts of a model whose server does not separate them. */
export const THOUGHTS_END = "</think>";

/** Maximum number of ends of thoughts after which a value is searched. */
export const MAX_THOUGHTS = 16;

/** Matches the start of a text that cannot begin with thoughts: an object, or a Markdown fence. */
export const START_REGEXP: RegExp = /^\s*(?:\{|```|~~~)/;

/**
 * Parses text strictly, because a decision must not be ambiguous. The text is, in this order:
 *
 * 1. one JSON value, whatever its strings contain;
 * 2. one Markdown fence around a JSON value;
 * 3. thoughts that end with `</think>`, and a whole object by 1 or 2 after them.
 *
 * Everything else is refused, above all an object in prose: it may be an example, or a question. So
 * are a second value, a duplicate key and a number that cannot be represented exactly. A
 * byte-order mark is dropped.
 */
export function parseOutput(text: string): ParsedOutput {
  if (text.trim() === "") return refuse(text === "" ? "empty text" : "only white space");
  const isMarked = text.charCodeAt(0) === 0xfeff;
  const unmarked = isMarked ? text.slice(1) : text;
  const parsed = parseWhole(unmarked);
  if (!parsed.success) return parseBehindThoughts(unmarked) ?? parsed;
  return isMarked ? { unwrapped: "bom", ...parsed } : parsed;
}

/** Returns true if a text is a whole JSON object, or one in a wrapping. */
export function isWholeObject(text: string): boolean {
  const parsed = parseOutput(text);
  return parsed.success && isPlainObject(parsed.value);
}

function parseBehindThoughts(text: string): ParsedOutput | undefined {
  if (START_REGEXP.test(text)) return undefined;
  let end = text.indexOf(THOUGHTS_END);
  for (let tried = 0; end >= 0 && tried < MAX_THOUGHTS; tried++) {
    const parsed = parseWhole(text.slice(end + THOUGHTS_END.length));
    if (parsed.success && isPlainObject(parsed.value)) {
      const thoughts = text.slice(0, end).replace(/^\s*<think>/, "").trim();
      return { ...parsed, unwrapped: "think", ...(thoughts !== "" && { thoughts }) };
    }
    end = text.indexOf(THOUGHTS_END, end + 1);
  }
  return undefined;
}

/** Parses one JSON value, or one in a Markdown fence. */
function parseWhole(text: string): ParsedOutput {
  try {
    return checkValue(JSON.parse(text), text);
  } catch (error) {
    const fenced = removeFence(text);
    try {
      if (fenced !== undefined) {
        const parsed = checkValue(JSON.parse(fenced), fenced);
        return parsed.success ? { ...parsed, unwrapped: "fence" } : parsed;
      }
    } catch {
      // The first error names the place in the text that the model wrote.
    }
    return refuse(
      `text that is not JSON (${(error as Error).message}): ` +
        "send only the object, nothing before or after it",
    );
  }
}

/** Returns the content of a Markdown fence around a text; undefined if there is none. */
function removeFence(text: string): string | undefined {
  const trimmed = text.trim();
  const fence = /^(?:`{3,}|~{3,})/.exec(trimmed)?.[0];
  if (fence === undefined || !trimmed.endsWith(fence)) return undefined;
  // The first line may name the language.
  return trimmed.slice(fence.length, -fence.length).replace(/^[\w+.-]*/, "");
}

function checkValue(value: unknown, text: string): ParsedOutput {
  const { fault, hasNegativeZero, keys } = scan(text);
  if (fault !== undefined) return refuse(fault);
  // Of equal keys in one object, `JSON.parse()` keeps the last one.
  if (keys > countKeys(value)) {
    return refuse(`the key ${findRepeatedKey(text)} twice in one object`);
  }
  return { success: true, value: hasNegativeZero ? JSON.parse(text, replaceNegativeZero) : value };
}

function replaceNegativeZero(_key: string, value: unknown): unknown {
  return value === 0 ? 0 : value;
}

function refuse(received: string): ParsedOutput & { readonly success: false } {
  return {
    success: false,
    message: `Invalid output: expected one JSON object and nothing else, but received ${received}`,
  };
}

/** Matches the strings, numbers, brackets and colons of a valid JSON text. */
const TOKEN_REGEXP = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\]:]/g;

/** Properties of a valid JSON text that its parsed value does not show. */
interface Scan {
  /** Description of the first fault that `JSON.parse` accepts; absent if there is none. */
  readonly fault?: string;
  /** True if a number is `-0`, which is read as 0. */
  readonly hasNegativeZero: boolean;
  /** Number of keys of all objects. */
  readonly keys: number;
}

function scan(text: string): Scan {
  let [depth, keys, hasNegativeZero] = [0, 0, false];
  const fail = (fault: string): Scan => ({ fault, hasNegativeZero, keys });
  for (const [token] of text.matchAll(TOKEN_REGEXP)) {
    switch (token[0]) {
      case '"':
        break;
      case "{":
      case "[":
        if (depth++ === MAX_DEPTH) return fail(`more than ${MAX_DEPTH} levels of nesting`);
        break;
      case "}":
      case "]":
        depth--;
        break;
      case ":":
        keys++;
        break;
      default:
        if (!isExact(token)) {
          return fail(`a number that cannot be represented exactly (${token.slice(0, 40)})`);
        }
        hasNegativeZero ||= Object.is(Number(token), -0);
    }
  }
  return { hasNegativeZero, keys };
}

/** Returns the number of keys of all objects in a parsed value. */
function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  // Not by values, which would take twice as long for many keys.
  const keys = Object.keys(value);
  let count = keys.length;
  for (const key of keys) count += countKeys((value as Readonly<Record<string, unknown>>)[key]);
  return count;
}

/** Returns the first key that an object of a valid JSON text has twice, as it is written. */
function findRepeatedKey(text: string): string | undefined {
  // One entry per open bracket: the keys of an object so far.
  const open: Set<string>[] = [];
  let lastString = "";
  for (const [token] of text.matchAll(TOKEN_REGEXP)) {
    if (token[0] === '"') lastString = token;
    else if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const keys = open.at(-1)!;
      const key: string = JSON.parse(lastString);
      if (keys.has(key)) return lastString;
      keys.add(key);
    }
  }
  return undefined;
}

/**
 * Returns true if `JSON.parse` keeps the value of a number. Fractions may be rounded, but not to 0.
 * Whole numbers may not be rounded.
 */
function isExact(text: string): boolean {
  const value = Number(text);
  if (value === 0) return !/^[-0.]*[1-9]/.test(text);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return true;
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
