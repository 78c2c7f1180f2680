/**
 * Lowering of objects, arrays and constants.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import type { SchemaProfile } from "../schema_profile.ts";
import { UNLISTED } from "./keywords.ts";
import { allowNull, type Form, requiredOf, restOf } from "./lowered.ts";
import { isEqual } from "./merge_keywords.ts";
import type { Normal } from "./normal_form.ts";
import {
  addDescription,
  addRestrictions,
  ANNOTATIONS,
  describeAll,
  describeRestriction,
  WORDS_KEY,
} from "./restrictions.ts";
import { joinPath, type SchemaDocument } from "./schema_document.ts";

/** Lowering of one schema, passed to the functions that lower one construct. */
export interface LoweringContext {
  /** Subset of JSON Schema that the model accepts. */
  readonly profile: SchemaProfile;
  /** Schema that is being lowered. */
  readonly document: SchemaDocument;
  /** Lowers a part; if `isOpen` is true, objects stay open, for an intersection. */
  lower(source: unknown, path: string, isOpen?: boolean): Form;
  /** Lowers the branches of a union; the description is that of `schema`. */
  lowerUnion(
    schema: JsonSchema,
    branches: readonly unknown[],
    path: string,
    isOpen?: boolean,
  ): Form;
  /**
   * Refuses a construct that the profile does not support.
   *
   * @throws {LoweringError} always.
   */
  refuse(path: string, construct: string, expected: string): never;
}

/** Lowers an object. If `isOpen` is true, it is part of an intersection and stays open. */
export function lowerObject(
  object: Normal,
  path: string,
  context: LoweringContext,
  isOpen: boolean,
): Form {
  const { profile, document } = context;
  const { schema } = object;
  const required = requiredOf(schema);
  // Patterns of one part of an intersection do not restrict the properties of another one.
  const rest = isOpen && schema.patternProperties !== undefined || restOf(schema);
  const isOmitted = profile.optional === "omitted";
  const notes: string[] = [];
  const lowered: [string, Form][] = [];
  const listed: string[] = [];
  for (const [name, source] of Object.entries(listProperties(schema, required, path, context))) {
    const isOptional = !required.has(name);
    if (isOptional && document.normalizer.normalize(source).kind === "none") {
      // No value is possible, so the property is always absent.
      if (isOpen || rest !== false) notes.push(`never with ${JSON.stringify(name)}`);
      continue;
    }
    const closesCycle = profile.recursion === "optional" &&
      document.closing.names.get(object)?.has(name);
    const where = joinPath(path, name);
    if (source === UNLISTED && !profile.unknown) {
      const construct = '"required" with a name that "properties" does not list';
      context.refuse(where, construct, "a schema of the property");
    }
    const form = context.lower(source, where);
    const isNullable = !isOptional || isOmitted || document.acceptsNull(source);
    lowered.push([name, isNullable ? form : allowNull(form)]);
    if (closesCycle && !isOptional) notes.push(`always with ${JSON.stringify(name)}`);
    if (!closesCycle && !(isOptional && isOmitted)) listed.push(name);
  }
  const form: Form = { type: "object" };
  if (lowered.length > 0 || rest === false) {
    form.properties = Object.fromEntries(lowered);
    form.required = listed;
  }
  if (rest !== false) {
    form.additionalProperties = isUnrestricted(rest, context) || context.lower(rest, `${path}{}`);
    lowerPropertyNames(form, schema.propertyNames, path, context, notes);
  } else {
    notes.push(...describeNames(schema.propertyNames));
    if (!isOpen || schema.additionalProperties === false) form.additionalProperties = false;
  }
  return addDescription(addRestrictions(form, schema, "object", profile, notes), schema, notes);
}

/** Returns the schemas of listed properties, and of required properties that are not listed. */
function listProperties(
  schema: JsonSchema,
  required: ReadonlySet<unknown>,
  path: string,
  context: LoweringContext,
): Readonly<Record<string, unknown>> {
  const { properties = {}, additionalProperties: rest = true, patternProperties } = schema;
  const isClosed = restOf(schema) === false;
  if (!context.profile.openObjects && !isClosed) {
    const construct = patternProperties === undefined
      ? '"additionalProperties" (a record or open object)'
      : '"patternProperties"';
    return context.refuse(path, construct, "listed properties");
  }
  if (isClosed) return properties as JsonSchema;
  const unlisted = [...required].filter((name) =>
    !Object.hasOwn(properties as object, name as string)
  );
  return {
    ...properties as JsonSchema,
    ...Object.fromEntries(unlisted.map((name) => [name, rest])),
  };
}

/** Returns a restriction of property names in words; empty if all names are allowed. */
function describeNames(names: unknown): string[] {
  return names === true || isEqual(names, { type: "string" })
    ? []
    : describeRestriction("propertyNames", names);
}

function lowerPropertyNames(
  form: Form,
  names: unknown,
  path: string,
  context: LoweringContext,
  notes: string[],
): void {
  const words = describeNames(names);
  if (words.length > 0 && context.profile.objectKeywords?.includes("propertyNames")) {
    form.propertyNames = context.lower({ allOf: [{ type: "string" }, names] }, `${path}{}`);
  } else notes.push(...words);
}

/** Lowers an array or a tuple. */
export function lowerArray(schema: JsonSchema, path: string, context: LoweringContext): Form {
  const { tuples, unknown } = context.profile;
  const { prefixItems: tuple, items } = schema;
  if (Array.isArray(tuple)) {
    const rest = isLonger(schema, tuple) ? items ?? true : items;
    const isFixed = rest === undefined || rest === false;
    if (tuples === "prefixItems" && tuple.length > 0) {
      return lowerTupleToPrefixItems(schema, tuple, isFixed ? undefined : rest, path, context);
    }
    const isArray = tuples === "array" ? tuple.length > 0 : tuples !== "prefixItems";
    if (isArray || isFixed) {
      return lowerTupleToArray(schema, tuple, isFixed ? undefined : rest, path, context);
    }
  }
  if (items === undefined && !unknown) {
    return context.refuse(path, "an array without items", '"items"');
  }
  const form = context.lower(items ?? true, `${path}[]`);
  return buildArray({ items: form }, schema, schema, [], context);
}

/** Returns true if an array is longer than its tuple, although it has no schema for more items. */
function isLonger({ minItems = 0, maxItems = 0 }: JsonSchema, { length }: readonly unknown[]) {
  return Math.max(minItems as number, maxItems as number) > length;
}

/** Builds an array with restrictions and a description; `items` has the keywords for its items. */
function buildArray(
  items: JsonSchema,
  restrictions: JsonSchema,
  schema: JsonSchema,
  notes: string[],
  { profile }: LoweringContext,
): Form {
  const form = addRestrictions({ type: "array", ...items }, restrictions, "array", profile, notes);
  return addDescription(form, schema, notes);
}

/**
 * Lowers a tuple to an array of its length, in which each item may be of any of its item types;
 * `rest` is the schema of items after them, undefined if none.
 */
function lowerTupleToArray(
  schema: JsonSchema,
  tuple: readonly unknown[],
  rest: unknown,
  path: string,
  context: LoweringContext,
): Form {
  if (rest !== undefined && context.profile.tuples !== "array") {
    const construct = '"items" after "prefixItems" (a tuple with rest)';
    return context.refuse(path, construct, "a fixed length");
  }
  if (tuple.length === 0) return context.refuse(path, "an empty tuple", "at least one item");
  const types = removeDuplicates(rest === undefined ? tuple : [...tuple, rest]);
  const items = types.length === 1
    ? context.lower(types[0], `${path}[]`)
    : context.lowerUnion({}, types, `${path}[]`);
  const notes = ["the items in the order given"];
  const limited = rest === undefined ? limitLength(schema, tuple) : schema;
  return buildArray({ items }, limited, schema, notes, context);
}

/** Lowers a tuple to `prefixItems`; `rest` is the schema of items after them, undefined if none. */
function lowerTupleToPrefixItems(
  schema: JsonSchema,
  tuple: readonly unknown[],
  rest: unknown,
  path: string,
  context: LoweringContext,
): Form {
  const items = {
    prefixItems: tuple.map((item, index) => context.lower(item, `${path}[${index}]`)),
    ...(rest !== undefined && !isUnrestricted(rest, context) && {
      items: context.lower(rest, `${path}[]`),
    }),
  };
  const limited = rest === undefined ? limitLength(schema, tuple) : schema;
  return buildArray(items, limited, schema, [], context);
}

/** Returns the keywords of a tuple with its length as the maximum, because it has no other items. */
function limitLength(schema: JsonSchema, { length }: readonly unknown[]): JsonSchema {
  return { ...schema, maxItems: Math.min(schema.maxItems as number ?? length, length) };
}

/** Returns true if a part accepts any value. */
function isUnrestricted(source: unknown, { document }: LoweringContext): boolean {
  const { kind, schema } = document.normalizer.normalize(source);
  return kind === "any" && Object.keys(schema).every((keyword) => ANNOTATIONS.includes(keyword));
}

function removeDuplicates(schemas: readonly unknown[]): unknown[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

/** Builds the form of one or more constants. */
export function buildValuesForm(
  type: unknown,
  values: readonly unknown[],
  profile: SchemaProfile,
): Form {
  return values.length === 1 && profile.constants !== "enum"
    ? { type, const: values[0] }
    : { type, enum: [...values] };
}

/** Lowers a schema with `const` or `enum`. */
export function lowerValues(schema: JsonSchema, path: string, context: LoweringContext): Form {
  const { profile } = context;
  const { enum: listed, type: _, not, ...others } = schema;
  const values = listed as unknown[];
  const restrictions = describeAll({ ...others, not });
  const types = [...new Set(values.map(typeOf))];
  if (types.includes("object") || values.length === 0) {
    return context.refuse(
      path,
      '"enum" of objects or without values',
      "strings, numbers or booleans",
    );
  }
  const { enumTypes } = profile;
  if (enumTypes === undefined) {
    const form = buildValuesForm(types.length === 1 ? types[0] : types, values, profile);
    return addDescription(form, schema, restrictions);
  }
  if (types.length > 1) {
    const lists = types.map((type) => ({ enum: values.filter((one) => typeOf(one) === type) }));
    const words = [...restrictions, ...describeRestriction(WORDS_KEY, schema[WORDS_KEY])];
    return context.lowerUnion({ ...schema, [WORDS_KEY]: words }, lists, path);
  }
  const [type] = types as [string];
  const form = ["string", ...enumTypes].includes(type)
    ? buildValuesForm(type, values, profile)
    : { type };
  const isExact = "enum" in form || "const" in form || type === "null" ||
    type === "boolean" && new Set(values).size === 2;
  const only = isExact ? [] : [`only ${values.map((one) => JSON.stringify(one)).join(" or ")}`];
  return addDescription(form, schema, [...only, ...restrictions]);
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
