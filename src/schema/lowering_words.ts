/**
 * What a model's subset of JSON Schema has no keyword for is said in words, in
 * the description of the schema.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";

/** Restrictions in words that no keyword says, put into a schema by whoever converts it. */
export const WORDS_OF: unique symbol = Symbol("words");

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

/** A restriction in words. */
export function note(keyword: string, value: unknown): string[] {
  if (value === undefined || value === false) return [];
  return [WORDS[keyword]?.(value) ?? `${keyword} ${JSON.stringify(value)}`];
}

/** Adds what the author said and what could not be said in keywords. */
export function described(
  form: Record<string, unknown>,
  schema: JsonSchema,
  notes: readonly string[],
): Record<string, unknown> {
  const words = [
    schema.description ?? schema.title,
    ...notes,
    ...(schema as { readonly [WORDS_OF]?: readonly string[] })[WORDS_OF] ?? [],
    ...(schema.default === undefined || schema.default === null
      ? []
      : [`default ${JSON.stringify(schema.default)}`]),
    ...(Array.isArray(schema.examples) ? [`for example ${JSON.stringify(schema.examples)}`] : []),
  ].filter((word): word is string => typeof word === "string" && word !== "");
  return words.length === 0 ? form : { ...form, description: words.join("; ") };
}
