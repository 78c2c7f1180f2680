/**
 * Lowering objects: with listed properties, with others, or with both.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { acceptsNull, saysNothing } from "./json_reference.ts";
import { orNull } from "./lowered_form.ts";
import type { Lowered, LoweringContext } from "./lowering_context.ts";
import { described, note } from "./lowering_words.ts";
import { anyPlan, emptyPlan, type PropertyPlan } from "./null_plan.ts";
import { restricted } from "./restrictions.ts";

/** Lowers an object; `isOpen` says that others may have a say about its properties. */
export function lowerObject(
  schema: JsonSchema,
  path: string,
  context: LoweringContext,
  isOpen: boolean,
): Lowered {
  const { profile, root } = context;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const isOmitted = profile.optional === "omitted";
  const notes: string[] = [];
  const plan = emptyPlan();
  const lowered: [string, Record<string, unknown>][] = [];
  const listed: string[] = [];
  for (const [name, source] of Object.entries(propertiesOf(schema, required, path, context))) {
    const property = context.property(source, path === "" ? name : `${path}.${name}`);
    const { closesCycle } = property;
    const nullable = acceptsNull(root, source);
    const isOptional = !required.has(name);
    const drop = isOptional && !nullable;
    plan.properties.set(name, { drop, keep: nullable, value: property.plan });
    lowered.push([name, drop && !isOmitted ? orNull(property.schema) : property.schema]);
    if (closesCycle && !isOptional) notes.push(`always with ${JSON.stringify(name)}`);
    if (!closesCycle && !(isOptional && isOmitted)) listed.push(name);
  }
  const rest = restOf(schema, path, context);
  const form: Record<string, unknown> = { type: "object" };
  if (lowered.length > 0 || rest === undefined) {
    form.properties = Object.fromEntries(lowered);
    form.required = listed;
  }
  if (rest !== undefined) {
    form.additionalProperties = rest.form;
    plan.rest = rest.plan;
    restrictNames(form, schema.propertyNames, path, context, notes);
  } else if (!isOpen || schema.additionalProperties === false) form.additionalProperties = false;
  return {
    schema: described(restricted(form, schema, "object", profile, notes), schema, notes),
    plan,
  };
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

/** What the properties are that are not listed; undefined where there may be none. */
function restOf(
  { properties, additionalProperties }: JsonSchema,
  path: string,
  context: LoweringContext,
): { readonly form: unknown; readonly plan: PropertyPlan } | undefined {
  const source = additionalProperties ?? (properties === undefined ? true : false);
  if (source === false) return undefined;
  if (saysNothing(source)) return { form: true, plan: anyPlan.rest! };
  // An object may have no such property at all: a cycle through them comes to an end.
  const { schema, plan } = context.property(source, `${path}{}`);
  const keep = acceptsNull(context.root, source as JsonSchema);
  return { form: schema, plan: { drop: false, keep, value: plan } };
}

function restrictNames(
  form: Record<string, unknown>,
  names: unknown,
  path: string,
  context: LoweringContext,
  notes: string[],
): void {
  if (names === undefined || JSON.stringify(names) === '{"type":"string"}') return;
  if (context.profile.objectKeywords?.includes("propertyNames")) {
    form.propertyNames = context.lower({ type: "string", ...names as object }, `${path}{}`).schema;
  } else notes.push(...note("propertyNames", names));
}
