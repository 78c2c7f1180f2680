/**
 * Limits on the size of a whole schema.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** Maximum depth of a JSON Schema before lowering, so that recursion does not exhaust the stack. */
const MAX_DEPTH = 512;

/** Maximum number of values in a JSON Schema before lowering. */
const MAX_VALUES = 1_000_000;

/** Value inside a JSON Schema. */
interface Part {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Part | undefined;
  readonly depth: number;
}

/**
 * Checks the size of a JSON Schema before lowering. Values that are shared count each time.
 *
 * @throws {RangeError} if it is too deep, with the path, or too large.
 */
export function assertSchemaSize(schema: unknown): void {
  const pending: Part[] = [{ value: schema, key: "#", parent: undefined, depth: 0 }];
  let values = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const { value, depth } = part;
    if (++values > MAX_VALUES) {
      throw new RangeError(`it has more than ${MAX_VALUES} values: expected fewer`);
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) {
      throw new RangeError(
        `it is nested more than ${MAX_DEPTH} levels deep at ${describePlace(part)}: ` +
          'expected definitions and "$ref" instead',
      );
    }
    for (const [key, inner] of Object.entries(value)) {
      pending.push({ value: inner, key, parent: part, depth: depth + 1 });
    }
  }
}

/** Returns the start of the path of a part. */
function describePlace(part: Part): string {
  const keys: string[] = [];
  for (let one: Part | undefined = part; one !== undefined; one = one.parent) keys.push(one.key);
  return `${keys.reverse().slice(0, 9).join("/")}/…`;
}

/**
 * Describes a limit of the profile that a schema exceeds; returns undefined if there is none.
 * `limitOptional()` keeps the limit of optional properties.
 */
export function findExcess(root: JsonSchema, profile: SchemaProfile): string | undefined {
  let maxDepth = 0;
  let properties = 0;
  let unions = 0;
  let enumValues = 0;
  let nameLength = 0;
  let longEnumLength = 0;

  function measure(schema: unknown, depth: number): void {
    if (typeof schema !== "object" || schema === null) return;
    const { type, anyOf, allOf, prefixItems, items, enum: values } = schema as JsonSchema;
    const { const: constant, additionalProperties, $defs = {} } = schema as JsonSchema;
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
