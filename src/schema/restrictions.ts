/**
 * Keywords that restrict a value. The ones that a model does not accept are described in
 * words.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { describeRestriction } from "./restriction_words.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { toWholePattern } from "./whole_pattern.ts";

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
