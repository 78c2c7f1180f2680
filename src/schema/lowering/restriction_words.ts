/**
 * Restrictions in words, for the description of a schema.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";

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
