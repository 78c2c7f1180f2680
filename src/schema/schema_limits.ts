/**
 * Whether a whole schema is within what a vendor takes.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "./schema_profile.ts";

interface Size {
  depth: number;
  properties: number;
  optional: number;
  unions: number;
  enumValues: number;
  nameLength: number;
  longEnumLength: number;
}

/** Which limit of the profile a schema breaks, in words; undefined if none. */
export function findExcess(schema: JsonSchema, profile: SchemaProfile): string | undefined {
  const size: Size = {
    depth: 0,
    properties: 0,
    optional: 0,
    unions: 0,
    enumValues: 0,
    nameLength: 0,
    longEnumLength: 0,
  };
  measure(schema, 0, size, profile);
  const limits: readonly (readonly [what: string, found: number, limit: number | undefined])[] = [
    ["levels of nested objects", size.depth, profile.maxDepth],
    ["object properties", size.properties, profile.maxProperties],
    ["properties that are not required", size.optional, profile.maxOptional],
    ["unions", size.unions, profile.maxUnions],
    ["enum values", size.enumValues, profile.maxEnumValues],
    ["characters in names and values", size.nameLength, profile.maxNameLength],
    [
      `characters in an enum of more than ${profile.longEnum} values`,
      size.longEnumLength,
      profile.maxLongEnumLength,
    ],
  ];
  const excess = limits.find(([, found, limit = Infinity]) => found > limit);
  return excess && `it has ${excess[1]} ${excess[0]}: expected at most ${excess[2]}`;
}

function measure(schema: unknown, depth: number, size: Size, profile: SchemaProfile): void {
  if (typeof schema !== "object" || schema === null) return;
  const { properties = {}, required, type, anyOf, enum: values, $defs } = schema as JsonSchema;
  const { const: constant, items, prefixItems, allOf, additionalProperties } = schema as JsonSchema;
  if (Array.isArray(values)) {
    const length = values.reduce((sum: number, value) => sum + String(value).length, 0);
    size.enumValues += values.length;
    size.nameLength += length;
    if (values.length > (profile.longEnum ?? Infinity)) {
      size.longEnumLength = Math.max(size.longEnumLength, length);
    }
  }
  if (constant !== undefined) size.nameLength += String(constant).length;
  if (Array.isArray(type) || Array.isArray(anyOf)) size.unions++;
  for (const parts of [anyOf, allOf, prefixItems, [items]]) {
    if (Array.isArray(parts)) { for (const part of parts) measure(part, depth, size, profile); }
  }
  const names = Object.keys(properties as object);
  if (names.length > 0) size.optional += names.length - (required as readonly string[]).length;
  for (const name of names) {
    size.depth = Math.max(size.depth, depth + 1);
    size.properties++;
    size.nameLength += name.length;
    measure((properties as JsonSchema)[name], depth + 1, size, profile);
  }
  measure(additionalProperties, depth + 1, size, profile);
  for (const [name, definition] of Object.entries($defs ?? {})) {
    size.nameLength += name.length;
    measure(definition, depth + 1, size, profile);
  }
}
