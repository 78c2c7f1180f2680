/**
 * Keywords of a JSON Schema of any draft, without its references, unions and intersections.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import {
  CONDITIONAL_KEY,
  isEqual,
  isOfType,
  isOpen,
  type Keywords,
  MergeConflict,
} from "./merge_keywords.ts";
import { ANNOTATIONS, describeRestriction, WORDS_KEY } from "./restrictions.ts";

type Check = (value: unknown) => boolean;

const isNames: Check = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === "string");
const isNumber: Check = (value) => typeof value === "number";
const isText: Check = (value) => typeof value === "string";
const isSchema: Check = (value) => typeof value === "boolean" || isPlainObject(value);

/** Keywords that are lowered, with the check of their values. */
const CHECKS: Readonly<Record<string, Check>> = {
  additionalProperties: isSchema,
  contains: isSchema,
  contentEncoding: isText,
  enum: Array.isArray,
  exclusiveMaximum: isNumber,
  exclusiveMinimum: isNumber,
  format: isText,
  items: isSchema,
  maxContains: isNumber,
  maximum: isNumber,
  maxItems: isNumber,
  maxLength: isNumber,
  maxProperties: isNumber,
  minContains: isNumber,
  minimum: isNumber,
  minItems: isNumber,
  minLength: isNumber,
  minProperties: isNumber,
  multipleOf: isNumber,
  not: isSchema,
  pattern: isText,
  patternProperties: isPlainObject,
  prefixItems: Array.isArray,
  properties: isPlainObject,
  propertyNames: isSchema,
  required: isNames,
  uniqueItems: (value) => typeof value === "boolean",
  [WORDS_KEY]: Array.isArray,
};

/**
 * Keywords that restrict a value by a condition, which no model accepts. They are described in
 * words.
 */
const CONDITIONS = [
  "dependencies",
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedItems",
];

/** References whose target depends on the schemas around them. */
const UNSUPPORTED = ["$dynamicRef", "$recursiveRef"];

/** Returns the annotations of a schema. */
export function readAnnotations(source: JsonSchema): JsonSchema {
  return Object.fromEntries(
    ANNOTATIONS.flatMap((keyword) => keyword in source ? [[keyword, source[keyword]]] : []),
  );
}

/**
 * Returns the keywords of a schema, once for each of its types. Keywords of older drafts are
 * written as in draft 2020-12, and conditions in words.
 *
 * @throws {MergeConflict} if the value of a keyword is wrong.
 */
export function readKeywords(source: JsonSchema): readonly Keywords[] {
  const unsupported = UNSUPPORTED.find((keyword) => source[keyword] !== undefined);
  if (unsupported !== undefined) throw new MergeConflict(`"${unsupported}"`);
  const found = rewriteLegacy(source);
  const keywords: Record<string, unknown> = {};
  for (const [keyword, check] of Object.entries(CHECKS)) {
    const value = found[keyword];
    if (value === undefined) continue;
    if (!check(value)) throw new MergeConflict(`"${keyword}" that is ${JSON.stringify(value)}`);
    keywords[keyword] = value;
  }
  const words = CONDITIONS.flatMap((keyword) => describeRestriction(keyword, found[keyword]));
  const { if: condition, then, else: otherwise, type } = found;
  if (condition !== undefined && (then ?? otherwise) !== undefined) {
    words.push(...describeRestriction("if", { if: condition, then, else: otherwise }));
  }
  if (words.length > 0) keywords[WORDS_KEY] = [...keywords[WORDS_KEY] as [] ?? [], ...words];
  if (type === undefined) return [keywords];
  if (Array.isArray(type) && type.length === 0) throw new MergeConflict('"type" that is []');
  const types: unknown[] = Array.isArray(type) ? [...new Set(type)] : [type];
  if (Array.isArray(keywords.enum)) {
    keywords.enum = keywords.enum.filter((value) => types.some((one) => isOfType(value, one)));
    return [keywords];
  }
  return (types.includes("number") ? types.filter((one) => one !== "integer") : types)
    .map((one) => ({ type: one, ...keywords }));
}

/** Rewrites keywords of older drafts as in draft 2020-12. */
function rewriteLegacy(source: JsonSchema): JsonSchema {
  const found: Record<string, unknown> = { ...source };
  const { items, prefixItems, additionalItems, minContains } = source;
  if ("const" in source) {
    const { enum: values } = source;
    found.enum = [source.const];
    if (Array.isArray(values)) found.enum = values.filter((value) => isEqual(value, source.const));
  }
  if (Array.isArray(items) && prefixItems === undefined) {
    found.prefixItems = items;
    found.items = additionalItems;
  }
  // Without a minimum, an array need not contain an item, and the keyword would require one.
  if (minContains === 0) found.contains = undefined;
  for (const [exclusive, limit] of LIMITS) {
    const value = source[exclusive];
    if (typeof value !== "boolean") continue;
    found[exclusive] = value ? source[limit] : undefined;
    if (value) found[limit] = undefined;
  }
  return found;
}

const LIMITS = [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]] as const;

/** Schema of a required property that `properties` does not list. */
export const UNLISTED: JsonSchema = {};

/**
 * Completes the keywords of an object: lists the properties of conditions and the required
 * ones, and adds the properties of `patternProperties` to the unlisted ones.
 */
export function completeObject(keywords: Keywords): Keywords {
  const { [CONDITIONAL_KEY]: conditional = [], patternProperties, ...rest } = keywords;
  const listed = keywords.properties as JsonSchema | undefined;
  const properties = new Map(Object.entries(listed ?? {}));
  const words: string[] = [];
  let others = keywords.additionalProperties;
  if (listed !== undefined && others === undefined) {
    for (const [name, schema] of conditional as [string, unknown][]) {
      if (Object.hasOwn(listed, name)) continue;
      const known = properties.get(name) ?? UNLISTED;
      if (schema !== UNLISTED || known === UNLISTED) {
        properties.set(name, known === UNLISTED ? schema : uniteSchemas([known, schema]));
      }
    }
  }
  const patterns = Object.values(patternProperties ?? {}).filter((schema) => schema !== false);
  if (patternProperties !== undefined) {
    words.push(...describeRestriction("patternProperties", patternProperties));
    if (others === false) words.push("no other properties");
    if (others === undefined) others = listed === undefined;
    if (!isOpen(others) && patterns.length > 0) {
      others = uniteSchemas(others === false ? patterns : [...patterns, others]);
    }
  }
  for (const name of keywords.required as string[] ?? []) {
    if (properties.has(name) || keywords.additionalProperties !== undefined) continue;
    if (listed === undefined) others = true;
    else properties.set(name, UNLISTED);
  }
  return {
    ...rest,
    ...((listed !== undefined || properties.size > 0) && {
      properties: Object.fromEntries(properties),
    }),
    ...(others !== undefined && { additionalProperties: others }),
    ...(patterns.length > 0 && { patternProperties }),
    ...(words.length > 0 && { [WORDS_KEY]: [...rest[WORDS_KEY] as [] ?? [], ...words] }),
  };
}

/** Applies `unevaluatedProperties`, which covers the properties of all parts of a schema. */
export function addUnevaluated(keywords: Keywords, rest: unknown): Keywords {
  const { type = "object", additionalProperties } = keywords;
  if (type !== "object" || additionalProperties !== undefined) return keywords;
  const { patternProperties: _, ...object } = completeObject({ properties: {}, ...keywords });
  const { additionalProperties: others = false } = object;
  return {
    ...object,
    additionalProperties: others === false ? rest : uniteSchemas([others, rest]),
  };
}

/** Returns the properties that the conditions of a schema name, with their schemas. */
export function readConditional(
  source: JsonSchema,
  resolve: (reference: JsonSchema) => unknown,
): [name: string, schema: unknown][] {
  const { if: condition, then, else: otherwise, dependentSchemas, dependencies } = source;
  const named: [string, unknown][] = [];
  const parts = new Set<unknown>(condition === undefined ? [] : [then, otherwise]);
  for (const map of [dependentSchemas, dependencies, source.dependentRequired]) {
    for (const part of Object.values(map ?? {})) {
      parts.add(isNames(part) ? { required: part } : part);
    }
  }
  // Iterating over a set visits the parts that are added meanwhile.
  for (const part of parts) {
    if (!isPlainObject(part)) continue;
    if (typeof part.$ref === "string") parts.add(resolve(part));
    for (const list of [part.allOf, part.anyOf, part.oneOf, [part.then, part.else]]) {
      if (Array.isArray(list)) { for (const inner of list) parts.add(inner); }
    }
    if (isPlainObject(part.properties)) named.push(...Object.entries(part.properties));
    if (isNames(part.required)) {
      named.push(...(part.required as []).map((name): [string, unknown] => [name, UNLISTED]));
    }
  }
  return named;
}

function uniteSchemas(schemas: readonly unknown[]): unknown {
  const different = schemas.filter((schema, index) =>
    !schemas.slice(0, index).some((other) => isEqual(other, schema))
  );
  if (different.some(isOpen)) return true;
  return different.length === 1 ? different[0] : { anyOf: different };
}
