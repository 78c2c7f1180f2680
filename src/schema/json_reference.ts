/**
 * What a part of a JSON Schema document refers to, and whether it accepts null.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { isRestriction } from "./restrictions.ts";

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

/** Whether a schema of the document accepts null, itself, by a branch or behind a reference. */
export function acceptsNull(
  root: JsonSchema,
  schema: JsonSchema,
  seen: readonly string[] = [],
): boolean {
  const { allOf, ...rest } = schema;
  if (Array.isArray(allOf)) {
    return [rest, ...allOf].every((part) => isRestriction(part) || acceptsNull(root, part, seen));
  }
  const { type, anyOf, oneOf, $ref } = schema;
  if (typeof $ref === "string") {
    const target = seen.includes($ref) ? undefined : resolveReference(root, $ref);
    return target !== undefined && acceptsNull(root, target as JsonSchema, [...seen, $ref]);
  }
  if (type === "null" || Array.isArray(type) && type.includes("null")) return true;
  if (schema.const === null) return true;
  if (Array.isArray(schema.enum) && schema.enum.includes(null)) return true;
  return saysNothing(schema) ||
    [anyOf, oneOf].some((union) =>
      Array.isArray(union) && union.some((branch) => acceptsNull(root, branch, seen))
    );
}
