/**
 * References inside a JSON Schema document.
 *
 * @module
 */
import type { JsonSchema } from "../json.ts";

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

/** Whether a schema of the document accepts null, itself, by a branch or behind a reference. */
export function acceptsNull(
  root: JsonSchema,
  schema: JsonSchema,
  seen: readonly string[] = [],
): boolean {
  const { type, anyOf, oneOf, $ref } = schema;
  if (typeof $ref === "string") {
    const target = seen.includes($ref) ? undefined : resolveReference(root, $ref);
    return target !== undefined && acceptsNull(root, target as JsonSchema, [...seen, $ref]);
  }
  if (type === "null" || Array.isArray(type) && type.includes("null")) return true;
  if (schema.const === null) return true;
  if (Array.isArray(schema.enum) && schema.enum.includes(null)) return true;
  return [anyOf, oneOf].some((union) =>
    Array.isArray(union) && union.some((branch) => acceptsNull(root, branch, seen))
  );
}
