/**
 * Normal form of a JSON Schema: it has one type, or is one reference, union or list of values.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { completeObject } from "./keywords.ts";
import { filterValues, findForbidden, isEqual, type Keywords } from "./merge_keywords.ts";

/** Schema in normal form. `schema` has its keywords, whose schemas are parts of the source. */
export type Normal = { readonly schema: JsonSchema } & NormalKind;

type NormalKind =
  /** Any value; restrictions are words. */
  | { readonly kind: "any" }
  /** Values of one type. */
  | { readonly kind: "type"; readonly type: string }
  /** Listed values. */
  | { readonly kind: "values"; readonly values: readonly unknown[] }
  /** Target of a reference. */
  | { readonly kind: "reference"; readonly target: unknown }
  /** Values of one branch; if `isExclusive` is true, of exactly one. */
  | { readonly kind: "union"; readonly branches: readonly unknown[]; readonly isExclusive: boolean }
  /** Values of all parts, which cannot be merged. */
  | { readonly kind: "all"; readonly parts: readonly unknown[]; readonly conflict: string }
  /** No values: the schema is wrong or contradicts itself. */
  | { readonly kind: "none"; readonly construct: string };

/** Returns the normal form of one alternative. */
export function complete(keywords: Keywords): Normal {
  const schema = filterValues(keywords);
  const isObject = OBJECT_KEYWORDS.some((keyword) => schema[keyword] !== undefined);
  const { enum: values, type = isObject ? "object" : undefined, not } = schema;
  if (values !== undefined) return { kind: "values", schema, values };
  if (not === true || isEqual(not, {})) {
    return { kind: "none", schema, construct: '"not" without a type' };
  }
  if (type === undefined) return { kind: "any", schema };
  if (!TYPES.includes(type as string)) {
    return {
      kind: "none",
      schema,
      construct: `an unknown or any type: "type" ${JSON.stringify(type)}`,
    };
  }
  const forbidden = findForbidden(schema);
  if (forbidden !== undefined) {
    const construct = `"required" of "${forbidden}", which "additionalProperties" forbids,`;
    return { kind: "none", schema, construct };
  }
  return {
    kind: "type",
    schema: type === "object" ? completeObject(schema) : schema,
    type: type as string,
  };
}

/** Keywords that imply an object. */
const OBJECT_KEYWORDS = ["properties", "additionalProperties", "patternProperties"];
const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"];
