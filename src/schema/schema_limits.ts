/**
 * Limits on the size of a whole schema.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** Returns a description of a limit that a schema exceeds; undefined if there is none. */
export function findExcess(root: JsonSchema, profile: SchemaProfile): string | undefined {
  let [depths, properties, optional, unions, enumValues, nameLength, longest] = [
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];

  function measure(schema: unknown, depth: number): void {
    if (typeof schema !== "object" || schema === null) return;
    const { type, anyOf, allOf, prefixItems, items, enum: values } = schema as JsonSchema;
    const { required, const: constant, additionalProperties, $defs = {} } = schema as JsonSchema;
    if (Array.isArray(values)) {
      const length = values.reduce((sum: number, value) => sum + String(value).length, 0);
      enumValues += values.length;
      nameLength += length;
      if (values.length > (profile.longEnum ?? Infinity)) longest = Math.max(longest, length);
    }
    if (constant !== undefined) nameLength += String(constant).length;
    if (Array.isArray(type) || Array.isArray(anyOf)) unions++;
    for (const parts of [anyOf, allOf, prefixItems, [items]]) {
      if (Array.isArray(parts)) { for (const part of parts) measure(part, depth); }
    }
    const entries = Object.entries((schema as JsonSchema).properties ?? {});
    if (entries.length > 0) {
      depths = Math.max(depths, depth + 1);
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
  const limits: readonly (readonly [what: string, found: number, limit: number | undefined])[] = [
    ["levels of nested objects", depths, profile.maxDepth],
    ["object properties", properties, profile.maxProperties],
    ["properties that are not required", optional, profile.maxOptional],
    ["unions", unions, profile.maxUnions],
    ["enum values", enumValues, profile.maxEnumValues],
    ["characters in names and values", nameLength, profile.maxNameLength],
    [
      `characters in an enum of more than ${profile.longEnum} values`,
      longest,
      profile.maxLongEnumLength,
    ],
  ];
  const excess = limits.find(([, found, limit = Infinity]) => found > limit);
  return excess && `it has ${excess[1]} ${excess[0]}: expected at most ${excess[2]}`;
}
