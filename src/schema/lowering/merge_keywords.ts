/**
 * Keywords of two JSON Schemas: merged if both apply to the same value, compared if they are
 * branches of a union.
 *
 * @module
 */
import { isPlainObject } from "../../json/json.ts";
import { ANNOTATIONS, describeRestriction, WORDS_KEY } from "./restrictions.ts";

/**
 * Keywords of a schema without references, unions, intersections and conditions. `type` is one
 * type, and `enum` stands for `const` too.
 */
export type Keywords = Readonly<Record<string, unknown>>;

/** Thrown if keywords cannot be merged. The message names the keyword. */
export class MergeConflict extends Error {
  override readonly name = "MergeConflict";
}

/** Key of the properties that only conditions list: pairs of a name and a schema. */
export const CONDITIONAL_KEY = "x-nomos-conditional";

const UPPER_LIMIT = /^(?:exclusiveMaximum|max.*)$/;
const LOWER_LIMIT = /^(?:exclusiveMinimum|min.*)$/;

/** Keywords whose schemas cannot be described in words. */
const STRUCTURE = ["additionalProperties", "items", "patternProperties", "prefixItems"];

/**
 * Merges the keywords of two schemas that both apply; returns undefined if no value satisfies
 * both.
 *
 * @throws {MergeConflict} if they have different schemas for the same property or item.
 */
export function mergeKeywords(a: Keywords, b: Keywords): Keywords | undefined {
  const merged: Record<string, unknown> = { ...a };
  const words: unknown[] = [];
  for (const [keyword, other] of Object.entries(b)) {
    const own = a[keyword];
    if (own === undefined) merged[keyword] = other;
    else if (keyword === "description") words.push(other);
    else if (keyword === "type") {
      if (own !== other && !(isNumeric(own) && isNumeric(other))) return undefined;
      if (other === "integer") merged.type = other;
    } else if (keyword === "required") {
      merged.required = [...new Set([...own as [], ...other as []])];
    } else if (keyword === "enum") {
      const others = new Set((other as []).map(toKey));
      merged.enum = (own as []).filter((one) => others.has(toKey(one)));
    } else if (keyword === "properties") merged.properties = { ...own, ...other as object };
    else if (keyword === CONDITIONAL_KEY) merged[keyword] = [...own as [], ...other as []];
    else if (keyword === WORDS_KEY) words.push(...other as []);
    else if (UPPER_LIMIT.test(keyword)) merged[keyword] = Math.min(own as number, other as number);
    else if (LOWER_LIMIT.test(keyword)) merged[keyword] = Math.max(own as number, other as number);
    else if (ANNOTATIONS.includes(keyword) || isEqual(own, other)) continue;
    else if (STRUCTURE.includes(keyword)) merged[keyword] = mergeStructure(keyword, own, other);
    else words.push(...describeRestriction(keyword, other));
  }
  if (words.length > 0) merged[WORDS_KEY] = [...a[WORDS_KEY] as [] ?? [], ...words];
  for (const [one, another] of [[a, b], [b, a]] as const) checkParts(one, another);
  if (isPlainObject(merged.properties)) {
    merged.properties = keepAllowed(Object.entries(merged.properties), [a, b]);
  }
  return isPossible(merged) ? filterValues(merged) : undefined;
}

function isNumeric(type: unknown): boolean {
  return type === "integer" || type === "number";
}

function mergeStructure(keyword: string, own: unknown, other: unknown): unknown {
  const strict = [own, other].filter((schema) => !isOpen(schema));
  if (strict.length < 2) return strict.length === 0 ? own : strict[0];
  if (strict.includes(false)) return false;
  throw new MergeConflict(`"${keyword}" with different schemas in several parts`);
}

/** Returns true if a schema for other properties or items allows all of them. */
export function isOpen(schema: unknown): boolean {
  return schema === undefined || schema === true ||
    isPlainObject(schema) && Object.keys(schema).length === 0;
}

/** Refuses parts whose keywords for unlisted properties and items depend on their other keywords. */
function checkParts(one: Keywords, another: Keywords): void {
  if (one.patternProperties !== undefined && !isOpen(another.additionalProperties)) {
    throw new MergeConflict('"patternProperties" beside "additionalProperties" of another part');
  }
  if (
    one.prefixItems !== undefined && !isOpen(another.items) &&
    !isEqual(one.prefixItems, another.prefixItems)
  ) {
    throw new MergeConflict('"prefixItems" beside "items" of another part');
  }
}

/** Returns the properties that all parts allow. `additionalProperties` covers a part's own ones. */
function keepAllowed(
  properties: readonly [name: string, schema: unknown][],
  parts: readonly Keywords[],
): Record<string, unknown> {
  const allowed: [string, unknown][] = [];
  for (const [name, schema] of properties) {
    const strict = parts.map((part) => schemaOf(part, name)).filter((one) => !isOpen(one));
    if (strict.includes(false)) continue;
    if (!strict.every((other) => isEqual(other, strict[0]))) {
      throw new MergeConflict(`different schemas for the property "${name}" in several parts`);
    }
    allowed.push([name, strict[0] ?? schema]);
  }
  return Object.fromEntries(allowed);
}

/** Returns the schema that a part has for a property. */
function schemaOf({ properties, additionalProperties }: Keywords, name: string): unknown {
  return isPlainObject(properties) && Object.hasOwn(properties, name)
    ? properties[name]
    : additionalProperties;
}

/** Returns false if no value satisfies the keywords. */
function isPossible(keywords: Keywords): boolean {
  const { required = [], properties } = keywords;
  return findForbidden(keywords) === undefined &&
    (required as string[]).every((name) => (properties as Keywords)?.[name] !== false) &&
    filterValues(keywords).enum?.length !== 0;
}

/** Returns the name of a required property that `additionalProperties` forbids. */
export function findForbidden(keywords: Keywords): string | undefined {
  const { required = [], properties = {}, additionalProperties, patternProperties } = keywords;
  if (additionalProperties !== false || patternProperties !== undefined) return undefined;
  return (required as string[]).find((name) => !Object.hasOwn(properties as object, name));
}

/** Returns the keywords with the values of `enum` that are of the type. */
export function filterValues(keywords: Keywords): Keywords & { readonly enum?: unknown[] } {
  const { type, enum: values } = keywords;
  if (!Array.isArray(values)) return keywords as Keywords & { enum?: never };
  return {
    ...keywords,
    enum: values.filter((value) => type === undefined || isOfType(value, type)),
  };
}

/** Returns true if a value is of a type of JSON Schema. */
export function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isPlainObject(value);
    default:
      return String(typeof value) === type;
  }
}

/** Returns a text that is the same for equal JSON values. */
function toKey(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner,
  );
}

/** Returns true if two JSON values are equal. The order of members does not matter. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const names = Object.keys(a);
  return Array.isArray(a) === Array.isArray(b) && names.length === Object.keys(b).length &&
    names.every((name) =>
      Object.hasOwn(b, name) && isEqual((a as Keywords)[name], (b as Keywords)[name])
    );
}

/** Alternatives of one branch of a union. */
type Branch = readonly Keywords[];

/**
 * Returns true if no value can be valid in two branches, because their types differ, their
 * values, or the constants of one required property.
 */
export function areDisjoint(branches: readonly Branch[]): boolean {
  const first = branches.flat().find(({ properties }) => properties !== undefined);
  const names = Object.keys(first?.properties ?? {});
  return [undefined, ...names].some((name) => new Kinds().add(branches, name));
}

/** Kinds of values by the branch that has them. */
class Kinds {
  readonly #branches = new Map<string, Branch>();

  /** Adds all kinds; returns false if two branches share one, or if a kind is unknown. */
  add(branches: readonly Branch[], discriminator: string | undefined): boolean {
    return branches.every((branch) =>
      branch.every((alternative) => {
        const { type, required, properties } = alternative;
        if (discriminator === undefined || type !== undefined && type !== "object") {
          return this.#addValues(branch, alternative, "");
        }
        if (!Array.isArray(required) || !required.includes(discriminator)) return false;
        const schema = isPlainObject(properties) ? properties[discriminator] : undefined;
        if (!isPlainObject(schema)) return false;
        const values = Array.isArray(schema.enum) ? schema.enum : [schema.const];
        return values.every((value) => value !== undefined) &&
          this.#addValues(branch, { enum: values }, "property ");
      })
    );
  }

  #addValues(branch: Branch, { type, enum: values }: Keywords, prefix: string): boolean {
    if (!Array.isArray(values)) {
      // A type excludes all its values in other branches.
      return type !== undefined && this.#add(branch, `type ${toType(type)}`) &&
        this.#add(branch, `values of ${toType(type)}`);
    }
    return values.every((value) => {
      const ofType = toType(
        value === null ? "null" : Array.isArray(value) ? "array" : typeof value,
      );
      const other = this.#branches.get(`${prefix}type ${ofType}`);
      if (other !== undefined && other !== branch) return false;
      if (prefix === "") this.#branches.set(`values of ${ofType}`, branch);
      return this.#add(branch, `${prefix}${JSON.stringify(value)}`);
    });
  }

  #add(branch: Branch, kind: string): boolean {
    const known = this.#branches.get(kind) ?? branch;
    this.#branches.set(kind, branch);
    return known === branch;
  }
}

function toType(type: unknown): unknown {
  return type === "integer" ? "number" : type;
}
