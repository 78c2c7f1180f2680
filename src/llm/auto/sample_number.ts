/**
 * Generator of numbers for a JSON Schema.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { type Random, randomBelow } from "../../random.ts";
import { describeRestriction } from "../../schema/lowering/restrictions.ts";

/** Size from which the range of numbers no longer grows: about a million steps. */
const FULL_SIZE = 20;

/**
 * Generates a number for a schema; undefined if none exists. Size 0 returns the
 * number closest to 1. Only one size in three allows fractions, and one in three
 * negative numbers, because most custom checks accept whole positive numbers only.
 */
export function sampleNumber(
  schema: JsonSchema,
  isInteger: boolean,
  random: Random,
  size: number,
): number | undefined {
  const unit = readLimit(schema, "multipleOf");
  const isWhole = isInteger && !Number.isInteger(unit) || unit === undefined && size % 3 < 2;
  const step = isWhole ? 1 : unit ?? 0.5;
  const least = readLimit(schema, "minimum") ?? -Infinity;
  const most = readLimit(schema, "maximum") ?? Infinity;
  const above = readLimit(schema, "exclusiveMinimum") ?? -Infinity;
  const below = readLimit(schema, "exclusiveMaximum") ?? Infinity;
  // Removes the rounding errors of multiplying or dividing by a fraction.
  const exact = (value: number) => Number.isInteger(step) ? value : Number(value.toPrecision(12));
  const first = Math.max(Math.ceil(exact(least / step)), Math.floor(exact(above / step)) + 1);
  const last = Math.min(Math.floor(exact(most / step)), Math.ceil(exact(below / step)) - 1);
  if (first > last) {
    const middle = (Math.max(least, above) + Math.min(most, below)) / 2;
    const fits = least <= middle && middle <= most && above < middle && middle < below;
    return fits && !isInteger && unit === undefined ? middle : undefined;
  }
  const nearest = Math.min(Math.max(1, first), last);
  const spread = size === 0 ? 0 : 2 ** Math.min(size, FULL_SIZE);
  const isAnySide = last <= 1 || size % 3 === 1;
  const from = Math.max(first, isAnySide ? nearest - spread : nearest);
  return exact((from + randomBelow(Math.min(last, nearest + spread) - from + 1, random)) * step);
}

const NUMBER = "(-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?)";

/** Returns the limit set by a keyword, or by its wording in the description; undefined if none. */
export function readLimit(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword];
  const words = new RegExp(describeRestriction(keyword, 0)[0]!.replace("0", NUMBER));
  const said = Number(matchDescription(schema, words)?.[1] ?? NaN);
  if (typeof value !== "number") return Number.isNaN(said) ? undefined : said;
  // Lowering may widen a minimum; the description then has the author's limit.
  return keyword.startsWith("min") && said > value ? said : value;
}

/** Matches the description of a schema; undefined if it does not match. */
export function matchDescription(
  { description }: JsonSchema,
  words: RegExp,
): RegExpExecArray | undefined {
  return typeof description === "string" ? words.exec(description) ?? undefined : undefined;
}
