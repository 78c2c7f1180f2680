/**
 * Lowered parts of a schema, the lowering that makes them, and references between them.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { isRestriction } from "./restrictions.ts";

/** A lowered part of a schema. */
export type Form = Record<string, unknown>;

/** The lowering of one schema, for the parts that lower a construct. */
export interface LoweringContext {
  /** What the model accepts. */
  readonly profile: SchemaProfile;
  /** Lowers a part; `isOpen` leaves objects open that are a part of an intersection. */
  lower(source: unknown, path: string, isOpen?: boolean): Form;
  /**
   * Lowers the value of a property. `closesCycle` is true if it refers back to
   * what contains it, and the profile needs an optional property for that.
   */
  property(
    source: unknown,
    path: string,
  ): { readonly form: Form; readonly closesCycle: boolean };
  /** True if a part accepts null. */
  acceptsNull(source: JsonSchema): boolean;
  /** Lowers a union; `schema` is what the author says about it. */
  union(schema: JsonSchema, options: readonly unknown[], path: string, isOpen?: boolean): Form;
  /** Throws that a construct has no form. */
  refuse(path: string, what: string, expected: string): never;
}

/** The same schema, null allowed. */
export function orNull(schema: Form): Form {
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: [...schema.anyOf, { type: "null" }] };
  const isPlain = typeof schema.type === "string" && !("enum" in schema) && !("const" in schema) &&
    schema.type !== "object" && schema.type !== "array";
  if (isPlain) return { ...schema, type: [schema.type, "null"] };
  const { description, ...form } = schema;
  return {
    anyOf: [form, { type: "null" }],
    ...(description !== undefined && { description }),
  };
}

/** A decoder that reads the discriminator first settles the branch at once. */
export function discriminatorsFirst(schema: Form): Form {
  if (schema.type !== "object" || schema.properties === undefined) return schema;
  const required = schema.required as readonly string[];
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>)
    .sort(([, a], [, b]) => rank(a) - rank(b));
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name).filter((name) => required.includes(name)),
  };
}

function rank(property: JsonSchema): number {
  if ("const" in property) return 0;
  return Array.isArray(property.enum) ? Math.min(property.enum.length - 1, 1) : 2;
}

/** What a reference points to; undefined where that is not inside the document. */
export function resolveReference(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  let target: unknown = root;
  for (const part of reference.slice(1).split("/").filter((part) => part !== "")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    target = typeof target === "object" && target !== null && Object.hasOwn(target, key)
      ? (target as Record<string, unknown>)[key]
      : undefined;
  }
  return target;
}

/** Keywords that say of what kind a value is, or where that is said. */
const KIND = [
  "$ref",
  "additionalProperties",
  "allOf",
  "anyOf",
  "const",
  "enum",
  "items",
  "not",
  "oneOf",
  "prefixItems",
  "properties",
  "type",
];

/** Whether a schema allows anything at all. */
export function saysNothing(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return schema === true;
  return !KIND.some((keyword) => Object.hasOwn(schema, keyword));
}

/**
 * True if a schema of the document accepts null, itself, by a branch or behind a
 * reference. `known` holds what was found of references.
 */
export function acceptsNull(
  root: JsonSchema,
  schema: JsonSchema,
  known: Map<string, boolean>,
): boolean {
  const { allOf, ...rest } = schema;
  if (Array.isArray(allOf)) {
    return [rest, ...allOf].every((part) => isRestriction(part) || acceptsNull(root, part, known));
  }
  const { type, anyOf, oneOf, $ref } = schema;
  if (typeof $ref === "string") {
    let accepts = known.get($ref);
    if (accepts === undefined) {
      known.set($ref, false);
      const target = resolveReference(root, $ref);
      accepts = target !== undefined && acceptsNull(root, target as JsonSchema, known);
      known.set($ref, accepts);
    }
    return accepts;
  }
  if (type === "null" || Array.isArray(type) && type.includes("null")) return true;
  if (schema.const === null) return true;
  if (Array.isArray(schema.enum) && schema.enum.includes(null)) return true;
  return saysNothing(schema) ||
    [anyOf, oneOf].some((union) =>
      Array.isArray(union) && union.some((branch) => acceptsNull(root, branch, known))
    );
}

/** The names of the properties that an object must have. */
export function requiredOf({ required }: JsonSchema): ReadonlySet<unknown> {
  return new Set(Array.isArray(required) ? required : []);
}

/** The schema of an object's properties that are not listed; false if there may be none. */
export function restOf({ properties, additionalProperties }: JsonSchema): unknown {
  return additionalProperties ?? properties === undefined;
}
