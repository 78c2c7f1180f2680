/**
 * The keywords that restrict a value: kept if the model has them, else said in
 * words, in the description of the schema.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/**
 * Key of restrictions in words that no keyword says, in the JSON Schema that a
 * converter made. It is text so that it counts in the text of the schema.
 */
export const WORDS_OF = "x-nomos-words";

/** The keywords that restrict a value, by its kind. */
const RESTRICTIONS = {
  string: ["pattern", "format", "minLength", "maxLength", "contentEncoding", "not"],
  number: ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "not"],
  array: ["minItems", "maxItems", "uniqueItems", "contains"],
  object: ["minProperties", "maxProperties"],
} as const;

const OF_VALUES: readonly string[] = [
  WORDS_OF,
  ...RESTRICTIONS.string,
  ...RESTRICTIONS.number,
  ...RESTRICTIONS.array,
];

/** True if a schema only restricts, and says no type or structure of its own. */
export function isRestriction(schema: unknown): boolean {
  const keywords = typeof schema === "object" && schema !== null ? Object.keys(schema) : ["type"];
  return keywords.every((keyword) => OF_VALUES.includes(keyword));
}

/** Copies the restrictions that the profile has, and puts the others into words. */
export function restricted(
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
    if (allowed.includes(keyword) && isSayable(keyword, value, profile)) {
      form[keyword] = typeof value === "object" ? structuredClone(value) : value;
      continue;
    }
    notes.push(...note(keyword, value));
    // The nearest that the profile has is wider, and better than nothing.
    const wider = keyword.replace("exclusiveM", "m");
    if (!allowed.includes(wider)) continue;
    if (keyword === "minItems") form.minItems = profile.maxMinItems;
    if (keyword === "minLength") form.minLength = Math.ceil(value as number / 2);
    if (wider !== keyword) form[wider] ??= value;
  }
  return form;
}

function isSayable(keyword: string, value: unknown, profile: SchemaProfile): boolean {
  switch (keyword) {
    case "format":
      return profile.stringFormats.includes(value as string);
    case "pattern":
      return isSimplePattern(value as string, profile);
    case "minItems":
      return (value as number) <= (profile.maxMinItems ?? Infinity);
    case "minLength":
      // JSON Schema counts one character where JavaScript may count two.
      return (value as number) <= 1;
    case "not":
    case "contains":
      // A part that refers elsewhere, or whose pattern lost its flags, cannot be copied.
      return !/"(?:\$ref|pattern|x-nomos-words)"/.test(JSON.stringify(value));
    default:
      return true;
  }
}

/** Look-around and back-references are beyond the decoders' regular expressions. */
function isSimplePattern(pattern: string, { patterns }: SchemaProfile): boolean {
  if (/\(\?(?!:)|\\[1-9]|\\k</.test(pattern)) return false;
  return patterns !== "simple" || !/\\[bBpP]|\{\d*,?\d{3}/.test(pattern);
}

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
  if (keyword === WORDS_OF) return Array.isArray(value) ? value : [];
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
    ...note(WORDS_OF, schema[WORDS_OF]),
    ...(schema.default === undefined || schema.default === null
      ? []
      : [`default ${JSON.stringify(schema.default)}`]),
    ...(Array.isArray(schema.examples) ? [`for example ${JSON.stringify(schema.examples)}`] : []),
  ].filter((word): word is string => typeof word === "string" && word !== "");
  return words.length === 0 ? form : { ...form, description: words.join("; ") };
}
