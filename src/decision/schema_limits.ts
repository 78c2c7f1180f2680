/**
 * Whether a whole schema is within what a vendor takes.
 *
 * @module
 */
import type { JsonSchema } from "../json.ts";
import type { SchemaProfile } from "./schema_profile.ts";

interface Size {
  depth: number;
  properties: number;
  enumValues: number;
  nameLength: number;
  longEnumLength: number;
}

/** Which limit of the profile a schema breaks, in words; undefined if none. */
export function findExcess(schema: JsonSchema, profile: SchemaProfile): string | undefined {
  const size: Size = { depth: 0, properties: 0, enumValues: 0, nameLength: 0, longEnumLength: 0 };
  measure(schema, 0, size, profile);
  const limits: readonly (readonly [what: string, found: number, limit: number])[] = [
    ["levels of nested objects", size.depth, profile.maxDepth],
    ["object properties", size.properties, profile.maxProperties],
    ["enum values", size.enumValues, profile.maxEnumValues],
    ["characters in names and values", size.nameLength, profile.maxNameLength],
    [
      `characters in an enum of more than ${profile.longEnum} values`,
      size.longEnumLength,
      profile.maxLongEnumLength,
    ],
  ];
  const excess = limits.find(([, found, limit]) => found > limit);
  return excess && `it has ${excess[1]} ${excess[0]}: expected at most ${excess[2]}`;
}

function measure(schema: unknown, depth: number, size: Size, profile: SchemaProfile): void {
  if (typeof schema !== "object" || schema === null) return;
  const { properties, items, anyOf, enum: values, const: constant, $defs } = schema as JsonSchema;
  if (Array.isArray(values)) {
    const length = values.reduce((sum: number, value) => sum + String(value).length, 0);
    size.enumValues += values.length;
    size.nameLength += length;
    if (values.length > profile.longEnum) {
      size.longEnumLength = Math.max(size.longEnumLength, length);
    }
  }
  if (constant !== undefined) size.nameLength += String(constant).length;
  if (Array.isArray(anyOf)) { for (const branch of anyOf) measure(branch, depth, size, profile); }
  measure(items, depth, size, profile);
  for (const [name, inner] of Object.entries(properties ?? {})) {
    size.depth = Math.max(size.depth, depth + 1);
    size.properties++;
    size.nameLength += name.length;
    measure(inner, depth + 1, size, profile);
  }
  for (const [name, definition] of Object.entries($defs ?? {})) {
    size.nameLength += name.length;
    measure(definition, depth + 1, size, profile);
  }
}
