/**
 * Lowered forms, and questions about the objects of JSON Schemas.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";

/** Thrown if a profile does not support a construct. */
export class LoweringError extends Error {
  override readonly name = "LoweringError";
}

/** Name of the union of all profiles. It completes the message "the schema profile …". */
export const ANY_PROFILE = "of any model";

/**
 * Refuses a construct that a profile does not support.
 *
 * @throws {LoweringError} always.
 */
export function refuse(path: string, construct: string, expected: string, profile: string): never {
  const where = path === "" ? "at its root" : `at "${path}"`;
  throw new LoweringError(
    `${construct} ${where} is not supported by the schema profile ${profile}: expected ${expected}`,
  );
}

/** Lowered form of a part of a schema. */
export type Form = Record<string, unknown>;

/** Returns a copy of a form that accepts null too. */
export function allowNull(schema: Form): Form {
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

/**
 * Returns the form of an object with constant properties first, so that a decoder
 * determines the branch of a union from the first property.
 */
export function sortDiscriminatorsFirst(schema: Form): Form {
  if (schema.type !== "object" || schema.properties === undefined) return schema;
  const required = new Set(schema.required as readonly string[]);
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>)
    .sort(([, a], [, b]) => rank(a) - rank(b));
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name).filter((name) => required.has(name)),
  };
}

/** Returns 0 for a constant, 1 for a list of values, 2 for any other property. */
function rank(property: JsonSchema): number {
  if ("const" in property) return 0;
  return Array.isArray(property.enum) ? Math.min(property.enum.length - 1, 1) : 2;
}

/** Returns the names of an object's required properties. */
export function requiredOf({ required }: JsonSchema): ReadonlySet<unknown> {
  return new Set(Array.isArray(required) ? required : []);
}

/** Returns the schema of an object's unlisted properties; false if they are not allowed. */
export function restOf({ properties, additionalProperties }: JsonSchema): unknown {
  return additionalProperties ?? properties === undefined;
}
