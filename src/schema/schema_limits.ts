/**
 * Limits on the size of a whole schema.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** Describes a limit of the profile that a schema exceeds; returns undefined if there is none. */
export function findExcess(root: JsonSchema, profile: SchemaProfile): string | undefined {
  let maxDepth = 0;
  let properties = 0;
  let optional = 0;
  let unions = 0;
  let enumValues = 0;
  let nameLength = 0;
  let longEnumLength = 0;

  function measure(schema: unknown, depth: number): void {
    if (typeof schema !== "object" || schema === null) return;
    const { type, anyOf, allOf, prefixItems, items, enum: values } = schema as JsonSchema;
    const { required, const: constant, additionalProperties, $defs = {} } = schema as JsonSchema;
    if (Array.isArray(values)) {
      const length = values.reduce((sum: number, value) => sum + String(value).length, 0);
      enumValues += values.length;
      nameLength += length;
      if (values.length > (profile.longEnum ?? Infinity)) {
        longEnumLength = Math.max(longEnumLength, length);
      }
    }
    if (constant !== undefined) nameLength += String(constant).length;
    if (Array.isArray(type) || Array.isArray(anyOf)) unions++;
    for (const parts of [anyOf, allOf, prefixItems, [items]]) {
      if (Array.isArray(parts)) { for (const part of parts) measure(part, depth); }
    }
    const entries = Object.entries((schema as JsonSchema).properties ?? {});
    if (entries.length > 0) {
      maxDepth = Math.max(maxDepth, depth + 1);
      properties += entries.length;
      optional += entries.length - (required as readonly string[]).length;
    }
    measure(additionalProperties, depth + 1);
    for (const [name, inner] of [...entries, ...Object.entries($defs as JsonSchema)]) {
      nameLength += name.length;
      measure(inner, depth + 1);
    }
  }

  measure(root, 0);
  const limits: readonly (readonly [unit: string, found: number, limit: number | undefined])[] = [
    ["levels of nested objects", maxDepth, profile.maxDepth],
    ["object properties", properties, profile.maxProperties],
    ["properties that are not required", optional, profile.maxOptional],
    ["unions", unions, profile.maxUnions],
    ["enum values", enumValues, profile.maxEnumValues],
    ["characters in names and values", nameLength, profile.maxNameLength],
    [
      `characters in an enum of more than ${profile.longEnum} values`,
      longEnumLength,
      profile.maxLongEnumLength,
    ],
  ];
  const excess = limits.find(([, found, limit = Infinity]) => found > limit);
  return excess && `it has ${excess[1]} ${excess[0]}: expected at most ${excess[2]}`;
}
