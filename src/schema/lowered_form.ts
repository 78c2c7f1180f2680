/**
 * Forms that are made of other lowered forms.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";

/** The same schema, null allowed. */
export function orNull(schema: Record<string, unknown>): Record<string, unknown> {
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
export function discriminatorsFirst(schema: Record<string, unknown>): Record<string, unknown> {
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
