/**
 * Limit on the properties of a whole schema that are not required.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../json/json.ts";
import { allowNull } from "./lowered.ts";
import type { SchemaProfile } from "./schema_profile.ts";

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
