/**
 * The limits of a schema, as keywords or in the words that lowering puts in their place.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";

const NUMBER = "(-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?)";

/** The keywords that limit a value by a number. */
export type LimitKeyword =
  | "minLength"
  | "maxLength"
  | "minItems"
  | "maxItems"
  | "minProperties"
  | "maxProperties"
  | "minimum"
  | "exclusiveMinimum"
  | "maximum"
  | "exclusiveMaximum"
  | "multipleOf";

/** How lowering says a keyword that a model has not. */
const WORDS: Readonly<Record<LimitKeyword, RegExp>> = {
  minLength: new RegExp(`at least ${NUMBER} characters`),
  maxLength: new RegExp(`at most ${NUMBER} characters`),
  minItems: new RegExp(`at least ${NUMBER} items`),
  maxItems: new RegExp(`at most ${NUMBER} items`),
  minProperties: new RegExp(`at least ${NUMBER} properties`),
  maxProperties: new RegExp(`at most ${NUMBER} properties`),
  minimum: new RegExp(`minimum ${NUMBER}`),
  exclusiveMinimum: new RegExp(`exclusiveMinimum ${NUMBER}`),
  maximum: new RegExp(`maximum ${NUMBER}`),
  exclusiveMaximum: new RegExp(`exclusiveMaximum ${NUMBER}`),
  multipleOf: new RegExp(`multipleOf ${NUMBER}`),
};

/** A limit of a schema; undefined where it has none. */
export function limitOf(schema: JsonSchema, keyword: LimitKeyword): number | undefined {
  const value = schema[keyword];
  const said = Number(inWords(schema, WORDS[keyword])?.[1] ?? NaN);
  if (typeof value !== "number") return Number.isNaN(said) ? undefined : said;
  // A keyword may be there in a wider form than the words.
  return keyword.startsWith("min") && said > value ? said : value;
}

/** What the description of a schema says, if it does. */
export function inWords({ description }: JsonSchema, words: RegExp): RegExpExecArray | undefined {
  return typeof description === "string" ? words.exec(description) ?? undefined : undefined;
}
