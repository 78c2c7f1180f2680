/**
 * Lowering arrays and tuples.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { saysNothing } from "./json_reference.ts";
import type { Lowered, LoweringContext } from "./lowering_context.ts";
import { described } from "./lowering_words.ts";
import { anyPlan, emptyPlan } from "./null_plan.ts";
import { restricted } from "./restrictions.ts";

/** Lowers an array: a list, or a tuple. */
export function lowerArray(schema: JsonSchema, path: string, context: LoweringContext): Lowered {
  const { profile } = context;
  const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
  if (Array.isArray(tuple)) {
    const rest = schema.prefixItems === undefined ? schema.additionalItems : schema.items;
    const isList = tuple.length === 0 && rest !== undefined && rest !== false;
    if (profile.tuples !== "prefixItems" || tuple.length === 0 && !isList) {
      return tupleAsList(schema, tuple, rest, path, context);
    }
    return isList
      ? lowerArray({ ...schema, prefixItems: undefined, items: rest }, path, context)
      : tupleByPlace(schema, tuple, rest, path, context);
  }
  if (schema.items === undefined && !profile.unknown) {
    return context.refuse(path, "an array without items", '"items"');
  }
  const items = context.lower(schema.items ?? true, `${path}[]`);
  const notes: string[] = [];
  const form = { type: "array", items: items.schema };
  return {
    schema: described(restricted(form, schema, "array", profile, notes), schema, notes),
    plan: { ...emptyPlan(), items: [items.plan] },
  };
}

/** The length of a tuple: its last items may be left out where the author does. */
function lengthOf(schema: JsonSchema, tuple: readonly unknown[]) {
  const least = schema.minItems as number | undefined ?? tuple.length;
  return { minItems: Math.min(least, tuple.length), maxItems: tuple.length };
}

/** A tuple as an array whose items are any of its own. */
function tupleAsList(
  schema: JsonSchema,
  tuple: readonly unknown[],
  rest: unknown,
  path: string,
  context: LoweringContext,
): Lowered {
  if (rest !== undefined && rest !== false) {
    return context.refuse(
      path,
      '"items" after "prefixItems" (a tuple with rest)',
      "a fixed length",
    );
  }
  if (tuple.length === 0) return context.refuse(path, "an empty tuple", "at least one item");
  const items = tuple.length === 1
    ? context.lower(tuple[0], `${path}[]`)
    : context.union({}, distinct(tuple), `${path}[]`);
  const notes = ["the items in the order given"];
  const form = { type: "array", items: items.schema };
  const length = lengthOf(schema, tuple);
  return {
    schema: described(restricted(form, length, "array", context.profile, notes), schema, notes),
    plan: { ...emptyPlan(), items: [items.plan] },
  };
}

/** A tuple item by item; without `maxItems`, what follows is as `items` says. */
function tupleByPlace(
  schema: JsonSchema,
  tuple: readonly unknown[],
  rest: unknown,
  path: string,
  context: LoweringContext,
): Lowered {
  const prefix = tuple.map((item, index) => context.lower(item, `${path}[${index}]`));
  const isFixed = rest === undefined || rest === false;
  const others = isFixed || saysNothing(rest) ? undefined : context.lower(rest, `${path}[]`);
  const form = {
    type: "array",
    prefixItems: prefix.map((item) => item.schema),
    ...(others && { items: others.schema }),
  };
  const notes: string[] = [];
  const { minItems, maxItems } = lengthOf(schema, tuple);
  const length = isFixed ? { minItems, maxItems } : { ...schema, minItems };
  return {
    schema: described(restricted(form, length, "array", context.profile, notes), schema, notes),
    plan: {
      ...emptyPlan(),
      prefix: prefix.map((item) => item.plan),
      items: isFixed ? [] : [others?.plan ?? anyPlan],
    },
  };
}

function distinct(schemas: readonly unknown[]): unknown[] {
  const texts = new Set<string>();
  return schemas.filter((schema) => {
    const text = JSON.stringify(schema);
    return !texts.has(text) && texts.add(text);
  });
}
