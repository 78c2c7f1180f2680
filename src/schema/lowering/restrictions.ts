/**
 * Keywords that restrict a value. The ones that a model does not accept are described in
 * words.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import type { SchemaProfile } from "../schema_profile.ts";

/** Keywords that restrict a value, by its kind. */
export const RESTRICTIONS = {
  string: ["pattern", "format", "minLength", "maxLength", "contentEncoding", "not"],
  number: ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "not"],
  array: ["minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "not"],
  object: ["minProperties", "maxProperties", "not"],
} as const;

/**
 * Copies the restrictions that the profile allows to `form`, and describes the others in
 * `notes`. Returns `form`.
 */
export function addRestrictions(
  form: Record<string, unknown>,
  schema: JsonSchema,
  kind: keyof typeof RESTRICTIONS,
  profile: SchemaProfile,
  notes: string[],
): Record<string, unknown> {
  const allowed: readonly string[] = profile[`${kind}Keywords`] ?? [];
  for (const keyword of RESTRICTIONS[kind]) {
    const value = schema[keyword];
    if (value === undefined) continue;
    if (allowed.includes(keyword) && isSupported(keyword, value, profile, form.type)) {
      form[keyword] = typeof value === "object" ? structuredClone(value) : value;
      const isWhole = keyword === "pattern" && profile.patterns === "whole";
      if (isWhole) form.pattern = toWholePattern(value as string);
      continue;
    }
    notes.push(...describeRestriction(keyword, value));
    // A wider restriction that the profile allows is added too.
    const wider = keyword.replace("exclusiveM", "m");
    if (!allowed.includes(wider)) continue;
    if (keyword === "minItems") form.minItems = profile.maxMinItems;
    if (keyword === "minLength") form.minLength = Math.ceil(value as number / 2);
    if (wider !== keyword && isSupported(wider, value, profile, form.type)) form[wider] ??= value;
  }
  return form;
}

function isSupported(
  keyword: string,
  value: unknown,
  profile: SchemaProfile,
  type: unknown,
): boolean {
  switch (keyword) {
    case "format":
      return profile.stringFormats.includes(value as string);
    case "pattern":
      return isSupportedPattern(value as string, profile);
    case "minItems":
      return (value as number) <= (profile.maxMinItems ?? Infinity);
    case "maxItems":
      return (value as number) <= (profile.maxMaxItems ?? Infinity);
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return profile.numberLimits !== "natural" ||
        type === "integer" && Number.isSafeInteger(value) && (value as number) >= 0;
    case "minLength":
      // JSON Schema counts code points. JavaScript counts UTF-16 units, up to two for each.
      return (value as number) <= 1;
    case "not":
    case "contains":
      // A reference would need its definition, and a pattern may have lost its flags.
      return !/"(?:\$ref|pattern|x-nomos-words)"/.test(JSON.stringify(value));
    default:
      return true;
  }
}

/** Returns true if a pattern can be sent. No decoder has look-around or back-references. */
function isSupportedPattern(pattern: string, { patterns }: SchemaProfile): boolean {
  if (patterns === "whole") return toWholePattern(pattern) !== undefined;
  if (/\(\?(?!:)|\\[1-9]|\\k</.test(pattern)) return false;
  return patterns !== "simple" || !/\\[bBpP]|\{\d*,?\d{3}/.test(pattern);
}

/**
 * A pattern that is anchored at both ends and matches only printable ASCII that JSON does not
 * escape. It is made of literals, escapes, groups, alternatives, counts and classes.
 */
const WHOLE_REGEXP =
  /^\^(?:[ !#%-',/:->@\w`~-]|\\[dw.$()*+?/{|}-]|\((?:\?:)?(?![?)|])|\)|\|(?![)|])|(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?![*+?{])|\[-?(?:\\[dw.]|[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d|[ !#-,./:-@\w`{-~](?!-[^\]]))+(?:\\?-)?\])+\$$/;

/**
 * Returns an equal pattern for decoders that match the whole JSON text between the quotes
 * and know little syntax; undefined if there is none. It has no escapes, because llama.cpp
 * knows almost none.
 */
function toWholePattern(pattern: string): string | undefined {
  if (!WHOLE_REGEXP.test(pattern) || hasOuterChoice(pattern)) return undefined;
  // The whole is matched, so neither groups nor greed make a difference.
  return pattern.replace(
    /\[.*?\]|\\.|\(\?:|([*+?}])\?/g,
    (token, count?: string) =>
      count ??
        (token === "(?:" ? "(" : token[0] === "[" ? unescape(token) : `[${unescape(token)}]`),
  );
}

/** Returns true if an alternative has one anchor only: `^a|b$` matches "ab" and "bb". */
function hasOuterChoice(pattern: string): boolean {
  let depth = 0;
  for (const [token] of pattern.matchAll(/\\.|\[.*?\]|[()|]/g)) {
    if (token === "|" && depth === 0) return true;
    if (token === "(") depth++;
    if (token === ")") depth--;
  }
  return false;
}

/** Returns the members of a class without escapes. */
function unescape(members: string): string {
  return members.replaceAll("\\d", "0-9").replaceAll("\\w", "A-Za-z0-9_").replaceAll("\\", "");
}

/**
 * Non-standard keyword for restrictions in words, such as a pattern with flags. A string
 * and not a symbol, so that it is part of the schema's text.
 */
export const WORDS_KEY = "x-nomos-words";

/** Keywords that describe a schema, and restrict nothing. */
export const ANNOTATIONS: readonly string[] = ["title", "description", "default", "examples"];

const WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minItems: (value) => `at least ${value} items`,
  maxItems: (value) => `at most ${value} items`,
  minProperties: (value) => `at least ${value} properties`,
  maxProperties: (value) => `at most ${value} properties`,
  uniqueItems: () => "no item twice",
  pattern: (value) => `matching the regular expression ${value}`,
  format: (value) => `in the format ${value}`,
};

/** Returns a restriction in words; empty if there is none. */
export function describeRestriction(keyword: string, value: unknown): string[] {
  if (value === undefined || keyword === "uniqueItems" && value === false) return [];
  if (keyword === WORDS_KEY) return Array.isArray(value) ? value : [];
  return [WORDS[keyword]?.(value) ?? `${keyword} ${JSON.stringify(value)}`];
}

/** Returns all restrictions of a schema in words. */
export function describeAll(schema: JsonSchema): string[] {
  return Object.entries(schema).flatMap(([keyword, value]) =>
    keyword === WORDS_KEY || ANNOTATIONS.includes(keyword)
      ? []
      : describeRestriction(keyword, value)
  );
}

/**
 * Returns a form with a description: the author's, then the restrictions in words, the
 * default and the examples.
 */
export function addDescription(
  form: Record<string, unknown>,
  schema: JsonSchema,
  notes: readonly string[],
): Record<string, unknown> {
  const words = [
    schema.description ?? schema.title,
    ...notes,
    ...describeRestriction(WORDS_KEY, schema[WORDS_KEY]),
    ...(schema.default === undefined || schema.default === null
      ? []
      : [`default ${JSON.stringify(schema.default)}`]),
    ...(Array.isArray(schema.examples) ? [`for example ${JSON.stringify(schema.examples)}`] : []),
  ].filter((word): word is string => typeof word === "string" && word !== "");
  return words.length === 0 ? form : { ...form, description: words.join("; ") };
}
