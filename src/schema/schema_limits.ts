/**
 * Limits on the size of a whole schema.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../json/json.ts";
import { allowNull } from "./lowering/lowered.ts";
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
 * Returns a schema with at most as many optional properties as the profile allows. The others
 * become required and nullable, and their nulls are read as absent. Properties that accept null
 * already or are unions come first, because they add no union.
 */
export function limitOptional(root: JsonSchema, profile: SchemaProfile): JsonSchema {
  const { maxOptional = Infinity } = profile;
  const optional: [owner: unknown, name: string, form: JsonSchema][] = [];
  collectOptional(root, optional);
  if (optional.length <= maxOptional) return root;
  const excess = optional.sort(([, , a], [, , b]) => countNewUnions(a) - countNewUnions(b))
    .slice(0, optional.length - maxOptional);
  const required = new Map<unknown, Set<string>>();
  for (const [owner, name] of excess) {
    required.set(owner, (required.get(owner) ?? new Set()).add(name));
  }
  return requireProperties(root, required) as JsonSchema;
}

function collectOptional(part: unknown, found: [unknown, string, JsonSchema][]): void {
  if (typeof part !== "object" || part === null) return;
  const { type, properties, required } = part as JsonSchema;
  if (type === "object" && isPlainObject(properties) && Array.isArray(required)) {
    const listed = new Set(required);
    for (const [name, form] of Object.entries(properties)) {
      if (!listed.has(name)) found.push([properties, name, form as JsonSchema]);
    }
  }
  for (const inner of Object.values(part)) collectOptional(inner, found);
}

/** Returns a copy of a part in which more properties are required, and accept null. */
function requireProperties(part: unknown, names: ReadonlyMap<unknown, Set<string>>): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map((inner) => requireProperties(inner, names));
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(part).map(([key, inner]) => [key, requireProperties(inner, names)]),
  );
  const chosen = names.get((part as JsonSchema).properties);
  if (chosen === undefined) return copy;
  const entries = Object.entries(copy.properties as Record<string, JsonSchema>);
  copy.properties = Object.fromEntries(
    entries.map((
      [name, form],
    ) => [name, chosen.has(name) && !isNullable(form) ? allowNull(form) : form]),
  );
  const before = new Set(copy.required as readonly string[]);
  copy.required = entries.map(([name]) => name)
    .filter((name) => before.has(name) || chosen.has(name));
  return copy;
}

/** Returns the number of unions that a form has more if it accepts null. */
function countNewUnions(form: JsonSchema): number {
  return isNullable(form) || Array.isArray(form.anyOf) ? 0 : 1;
}

function isNullable({ type, anyOf }: JsonSchema): boolean {
  return [type].flat().includes("null") || Array.isArray(anyOf) && anyOf.some(isNullable);
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
