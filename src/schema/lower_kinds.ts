/**
 * Lowering of objects, arrays and fixed values.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import {
  type Form,
  type LoweringContext,
  orNull,
  requiredOf,
  restOf,
  saysNothing,
} from "./lowered.ts";
import { described, note, restricted } from "./restrictions.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** Lowers an object; `isOpen` says that others may have a say about its properties. */
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
  for (const [name, source] of Object.entries(propertiesOf(schema, required, path, context))) {
    const { form, closesCycle } = context.property(source, path === "" ? name : `${path}.${name}`);
    const isOptional = !required.has(name);
    const isNullable = !isOptional || isOmitted || context.acceptsNull(source);
    lowered.push([name, isNullable ? form : orNull(form)]);
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
    // An object may have no such property at all: a cycle through them comes to an end.
    form.additionalProperties = saysNothing(rest) || context.property(rest, `${path}{}`).form;
    restrictNames(form, schema.propertyNames, path, context, notes);
  } else if (!isOpen || schema.additionalProperties === false) form.additionalProperties = false;
  return described(restricted(form, schema, "object", profile, notes), schema, notes);
}

/** The properties that are listed, and those that are only required. */
function propertiesOf(
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
  const others = [...required].filter((name) => !Object.hasOwn(properties ?? {}, name as string));
  return {
    ...properties as Record<string, JsonSchema>,
    ...Object.fromEntries(others.map((name) => [name, additionalProperties])),
  };
}

function restrictNames(
  form: Form,
  names: unknown,
  path: string,
  context: LoweringContext,
  notes: string[],
): void {
  if (names === undefined || JSON.stringify(names) === '{"type":"string"}') return;
  if (context.profile.objectKeywords?.includes("propertyNames")) {
    form.propertyNames = context.lower({ type: "string", ...names as object }, `${path}{}`);
  } else notes.push(...note("propertyNames", names));
}

/** Lowers an array: a list, or a tuple. */
export function lowerArray(schema: JsonSchema, path: string, context: LoweringContext): Form {
  const { tuples, unknown } = context.profile;
  const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
  if (Array.isArray(tuple)) {
    const rest = schema.prefixItems === undefined ? schema.additionalItems : schema.items;
    const isFixed = rest === undefined || rest === false;
    if (tuples === "prefixItems" && tuple.length > 0) {
      return tupleByPlace(schema, tuple, isFixed ? undefined : rest, path, context);
    }
    if (tuples !== "prefixItems" || isFixed) {
      return tupleAsList(schema, tuple, isFixed, path, context);
    }
    return lowerArray({ ...schema, prefixItems: undefined, items: rest }, path, context);
  }
  if (schema.items === undefined && !unknown) {
    return context.refuse(path, "an array without items", '"items"');
  }
  const items = context.lower(schema.items ?? true, `${path}[]`);
  return array({ items }, schema, schema, [], context);
}

/** An array of such items, with its restrictions. */
function array(
  items: JsonSchema,
  restrictions: JsonSchema,
  schema: JsonSchema,
  notes: string[],
  { profile }: LoweringContext,
): Form {
  const form = restricted({ type: "array", ...items }, restrictions, "array", profile, notes);
  return described(form, schema, notes);
}

/** The length of a tuple: its last items may be left out if the author allows it. */
function lengthOf(schema: JsonSchema, { length }: readonly unknown[]) {
  return { minItems: Math.min(schema.minItems as number ?? length, length), maxItems: length };
}

/** A tuple as an array whose items are any of its own. */
function tupleAsList(
  schema: JsonSchema,
  tuple: readonly unknown[],
  isFixed: boolean,
  path: string,
  context: LoweringContext,
): Form {
  if (!isFixed) {
    const construct = '"items" after "prefixItems" (a tuple with rest)';
    return context.refuse(path, construct, "a fixed length");
  }
  if (tuple.length === 0) return context.refuse(path, "an empty tuple", "at least one item");
  const items = tuple.length === 1
    ? context.lower(tuple[0], `${path}[]`)
    : context.union({}, distinct(tuple), `${path}[]`);
  const notes = ["the items in the order given"];
  return array({ items }, lengthOf(schema, tuple), schema, notes, context);
}

/** A tuple item by item; what follows is as `rest` says, if it is not fixed. */
function tupleByPlace(
  schema: JsonSchema,
  tuple: readonly unknown[],
  rest: unknown,
  path: string,
  context: LoweringContext,
): Form {
  const isOpen = rest === undefined || saysNothing(rest);
  const items = {
    prefixItems: tuple.map((item, index) => context.lower(item, `${path}[${index}]`)),
    ...(!isOpen && { items: context.lower(rest, `${path}[]`) }),
  };
  const { minItems, maxItems } = lengthOf(schema, tuple);
  const length = rest === undefined ? { minItems, maxItems } : { ...schema, minItems };
  return array(items, length, schema, [], context);
}

function distinct(schemas: readonly unknown[]): unknown[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

/** How one or more values of the same type or types are said. */
export function valuesForm(
  type: unknown,
  values: readonly unknown[],
  profile: SchemaProfile,
): Form {
  return values.length === 1 && profile.constants !== "enum"
    ? { type, const: values[0] }
    : { type, enum: [...values] };
}

/** Lowers a schema that lists its values. */
export function lowerValues(schema: JsonSchema, path: string, context: LoweringContext): Form {
  const { profile } = context;
  const values = "const" in schema ? [schema.const] : schema.enum as unknown[];
  const types = [...new Set(values.map(typeOf))];
  if (types.includes("object") || values.length === 0) {
    return context.refuse(
      path,
      '"enum" of objects or of nothing',
      "strings, numbers or booleans",
    );
  }
  const { enumTypes } = profile;
  if (enumTypes === undefined) {
    const form = valuesForm(types.length === 1 ? types[0] : types, values, profile);
    return described(form, schema, []);
  }
  if (types.length > 1) {
    const lists = types.map((type) => ({ enum: values.filter((one) => typeOf(one) === type) }));
    return context.union(schema, lists, path);
  }
  const [type] = types as [string];
  const listed: readonly string[] = ["string", ...enumTypes];
  const form = listed.includes(type) ? valuesForm(type, values, profile) : { type };
  const isWhole = "enum" in form || "const" in form || type === "null" ||
    type === "boolean" && new Set(values).size === 2;
  const notes = isWhole ? [] : [`only ${values.map((one) => JSON.stringify(one)).join(" or ")}`];
  return described(form, schema, notes);
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
