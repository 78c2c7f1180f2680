/**
 * Making numbers that a JSON Schema accepts.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { type Random, randomBelow } from "../../random.ts";
import { note } from "../../schema/restrictions.ts";

/** The size from which on numbers are not sought further away: about a million steps. */
const FULL_SIZE = 20;

/**
 * A number of a schema, next to 1 at size 0; undefined if there is none. Most
 * checks want what is whole and positive: fractions and negative numbers are
 * each for one size in three.
 */
export function sampleNumber(
  schema: JsonSchema,
  isInteger: boolean,
  random: Random,
  size: number,
): number | undefined {
  const unit = limitOf(schema, "multipleOf");
  const isWhole = isInteger && !Number.isInteger(unit) || unit === undefined && size % 3 < 2;
  const step = isWhole ? 1 : unit ?? 0.5;
  const least = limitOf(schema, "minimum") ?? -Infinity;
  const most = limitOf(schema, "maximum") ?? Infinity;
  const above = limitOf(schema, "exclusiveMinimum") ?? -Infinity;
  const below = limitOf(schema, "exclusiveMaximum") ?? Infinity;
  // What is divided or multiplied by a fraction is rounded to what its decimals say.
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

/** Returns the number by which a keyword limits a value; undefined if it does not. */
export function limitOf(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword];
  const words = new RegExp(note(keyword, 0)[0]!.replace("0", NUMBER));
  const said = Number(inWords(schema, words)?.[1] ?? NaN);
  if (typeof value !== "number") return Number.isNaN(said) ? undefined : said;
  // A keyword may be there in a wider form than the words.
  return keyword.startsWith("min") && said > value ? said : value;
}

/** What the description of a schema says, if it does. */
export function inWords({ description }: JsonSchema, words: RegExp): RegExpExecArray | undefined {
  return typeof description === "string" ? words.exec(description) ?? undefined : undefined;
}
