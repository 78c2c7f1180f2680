/**
 * The grammar of a JSON number, character by character. Source: RFC 8259,
 * section 6, https://www.rfc-editor.org/rfc/rfc8259#section-6.
 *
 * @module
 */

/** The part of a number that its last character so far belongs to. */
export type NumberPart =
  | "sign"
  | "zero"
  | "whole"
  | "point"
  | "fraction"
  | "e"
  | "exponent sign"
  | "exponent";

/** The part a character begins a number with; undefined if none can begin with it. */
export function firstPart(code: number): NumberPart | undefined {
  if (code === MINUS) return "sign";
  return isDigit(code) ? code === ZERO ? "zero" : "whole" : undefined;
}

/** The part that goes on with a character; undefined if the number does not. */
export function nextPart(part: NumberPart, code: number): NumberPart | undefined {
  switch (part) {
    case "sign":
      return code === MINUS ? undefined : firstPart(code);
    case "zero":
      return afterDigits(code);
    case "whole":
      return isDigit(code) ? "whole" : afterDigits(code);
    case "point":
      return isDigit(code) ? "fraction" : undefined;
    case "fraction":
      if (isDigit(code)) return "fraction";
      return isE(code) ? "e" : undefined;
    case "e":
      if (code === PLUS || code === MINUS) return "exponent sign";
      return isDigit(code) ? "exponent" : undefined;
    case "exponent sign":
    case "exponent":
      return isDigit(code) ? "exponent" : undefined;
    default:
      return part satisfies never;
  }
}

/** Whether a number may end with this part. */
export function canEnd(part: NumberPart): boolean {
  return part === "zero" || part === "whole" || part === "fraction" || part === "exponent";
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

function afterDigits(code: number): NumberPart | undefined {
  if (code === POINT) return "point";
  return isE(code) ? "e" : undefined;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

function isE(code: number): boolean {
  return code === 0x45 || code === 0x65;
}
