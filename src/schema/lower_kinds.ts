/**
 * Lowering of objects, arrays and constants.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import {
  acceptsAnything,
  allowNull,
  type Form,
  type LoweringContext,
  requiredOf,
  restOf,
} from "./lowered.ts";
import { addDescription, addRestrictions, describeRestriction } from "./restrictions.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** Lowers an object. If `isOpen` is true, it is part of an intersection and stays open. */
export function lowerObject(
  schema: JsonSchema,
  path: string,
  context: LoweringContext,
  isOpen: boolean,
): Form {
  const { profile } = context;
  const required = requiredOf(schema);
  const isOmitted = profile.optional === "omitted";
  const notes: string[] = [];
  const lowered: [string, Form][] = [];
  const listed: string[] = [];
  for (const [name, source] of Object.entries(listProperties(schema, required, path, context))) {
    const { form, closesCycle } = context.lowerProperty(
      source,
      path === "" ? name : `${path}.${name}`,
    );
    const isOptional = !required.has(name);
    const isNullable = !isOptional || isOmitted || context.acceptsNull(source);
    lowered.push([name, isNullable ? form : allowNull(form)]);
    if (closesCycle && !isOptional) notes.push(`always with ${JSON.stringify(name)}`);
    if (!closesCycle && !(isOptional && isOmitted)) listed.push(name);
  }
  const rest = restOf(schema);
  const form: Form = { type: "object" };
  if (lowered.length > 0 || rest === false) {
    form.properties = Object.fromEntries(lowered);
    form.required = listed;
  }
  if (rest !== false) {
    // Unlisted properties are optional, so a cycle through them is finite.
    form.additionalProperties = acceptsAnything(rest) ||
      context.lowerProperty(rest, `${path}{}`).form;
    lowerPropertyNames(form, schema.propertyNames, path, context, notes);
  } else if (!isOpen || schema.additionalProperties === false) form.additionalProperties = false;
  return addDescription(addRestrictions(form, schema, "object", profile, notes), schema, notes);
}

/** Returns the schemas of listed properties, and of required properties that are not listed. */
function listProperties(
  { properties, additionalProperties }: JsonSchema,
  required: ReadonlySet<unknown>,
  path: string,
  context: LoweringContext,
): Readonly<Record<string, JsonSchema>> {
  const isListed = additionalProperties === undefined || additionalProperties === false;
  if (!context.profile.openObjects && (!isListed || properties === undefined)) {
    return context.refuse(
      path,
      '"additionalProperties" (a record or open object)',
      "listed properties",
    );
  }
  if (isListed) return properties as Record<string, JsonSchema> ?? {};
  const unlisted = [...required].filter((name) => !Object.hasOwn(properties ?? {}, name as string));
  return {
    ...properties as Record<string, JsonSchema>,
    ...Object.fromEntries(unlisted.map((name) => [name, additionalProperties])),
  };
}

function lowerPropertyNames(
  form: Form,
  names: unknown,
  path: string,
  context: LoweringContext,
  notes: string[],
): void {
  if (names === undefined || JSON.stringify(names) === '{"type":"string"}') return;
  if (context.profile.objectKeywords?.includes("propertyNames")) {
    form.propertyNames = context.lower({ type: "string", ...names as object }, `${path}{}`);
  } else notes.push(...describeRestriction("propertyNames", names));
}

/** Lowers an array or a tuple. */
export function lowerArray(schema: JsonSchema, path: string, context: LoweringContext): Form {
  const { tuples, unknown } = context.profile;
  const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
  if (Array.isArray(tuple)) {
    const rest = schema.prefixItems === undefined ? schema.additionalItems : schema.items;
    const isFixed = rest === undefined || rest === false;
    if (tuples === "prefixItems" && tuple.length > 0) {
      return lowerTupleToPrefixItems(schema, tuple, isFixed ? undefined : rest, path, context);
    }
    const isArray = tuples === "array" ? tuple.length > 0 : tuples !== "prefixItems";
    if (isArray || isFixed) {
      return lowerTupleToArray(schema, tuple, isFixed ? undefined : rest, path, context);
    }
    return lowerArray({ ...schema, prefixItems: undefined, items: rest }, path, context);
  }
  if (schema.items === undefined && !unknown) {
    return context.refuse(path, "an array without items", '"items"');
  }
  const items = context.lower(schema.items ?? true, `${path}[]`);
  return buildArray({ items }, schema, schema, [], context);
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

/** Returns the minimum and maximum length of a tuple, whose last items may be optional. */
function readTupleLength(schema: JsonSchema, { length }: readonly unknown[]) {
  return { minItems: Math.min(schema.minItems as number ?? length, length), maxItems: length };
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
  const { minItems, maxItems } = readTupleLength(schema, tuple);
  const length = rest === undefined ? { minItems, maxItems } : { ...schema, minItems };
  return buildArray({ items }, length, schema, notes, context);
}

/** Lowers a tuple to `prefixItems`; `rest` is the schema of items after them, undefined if none. */
function lowerTupleToPrefixItems(
  schema: JsonSchema,
  tuple: readonly unknown[],
  rest: unknown,
  path: string,
  context: LoweringContext,
): Form {
  const isOpen = rest === undefined || acceptsAnything(rest);
  const items = {
    prefixItems: tuple.map((item, index) => context.lower(item, `${path}[${index}]`)),
    ...(!isOpen && { items: context.lower(rest, `${path}[]`) }),
  };
  const { minItems, maxItems } = readTupleLength(schema, tuple);
  const length = rest === undefined ? { minItems, maxItems } : { ...schema, minItems };
  return buildArray(items, length, schema, [], context);
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
  const values = "const" in schema ? [schema.const] : schema.enum as unknown[];
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
    return addDescription(form, schema, []);
  }
  if (types.length > 1) {
    const lists = types.map((type) => ({ enum: values.filter((one) => typeOf(one) === type) }));
    return context.lowerUnion(schema, lists, path);
  }
  const [type] = types as [string];
  const listed: readonly string[] = ["string", ...enumTypes];
  const form = listed.includes(type) ? buildValuesForm(type, values, profile) : { type };
  const isExact = "enum" in form || "const" in form || type === "null" ||
    type === "boolean" && new Set(values).size === 2;
  const notes = isExact ? [] : [`only ${values.map((one) => JSON.stringify(one)).join(" or ")}`];
  return addDescription(form, schema, notes);
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
