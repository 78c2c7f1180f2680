/**
 * From the wire back to the author's form: on the wire an absent property may
 * be present, as null, whatever the profile. A null is deleted if the author's
 * property is optional and cannot itself be null.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { acceptsNull, requiredOf, resolveReference, restOf, saysNothing } from "./lowered.ts";
import { isRestriction } from "./restrictions.ts";

/** Treatment of one property of an object that came over the wire. */
export interface PropertyPlan {
  /** True if the author's property is optional and not nullable: null means absent. */
  readonly drop: boolean;
  /** True if the author's property may be null: null means null. */
  readonly keep: boolean;
  /** The plan of its value. */
  readonly value: NullPlan;
}

/** Places of a value at which nulls are deleted. A recursive schema has a plan that contains itself. */
export interface NullPlan {
  /** The plans of an object's properties. */
  readonly properties: Map<string, PropertyPlan>;
  /** The plan of properties that are not listed, if there may be any. */
  rest?: PropertyPlan;
  /** The plans of a tuple's items, by their place. */
  readonly prefix: NullPlan[];
  /** The plans of an array's items beyond the prefix. */
  readonly items: NullPlan[];
  /** The plans that apply all together: of what is referred to, or of an intersection. */
  readonly parts: NullPlan[];
  /** The plans of the branches of a union; all that fit a value apply. */
  readonly branches: NullPlan[];
}

/** A plan that deletes nothing, to be filled. */
export function emptyPlan(): NullPlan {
  return { properties: new Map(), prefix: [], items: [], parts: [], branches: [] };
}

/** The plan of a value without parts. */
export const noPlan: NullPlan = emptyPlan();

/** The plan of a value that may be anything: every null in it is meant. */
export const anyPlan: NullPlan = emptyPlan();
anyPlan.rest = { drop: false, keep: true, value: anyPlan };
anyPlan.items.push(anyPlan);

/** The findings about a JSON Schema as its library wrote it, before it is lowered for a model. */
export interface SchemaPlan {
  /** The plan of its values; undefined if it deletes nothing. */
  readonly nulls: NullPlan | undefined;
  /** True if a property is named like one that every object inherits. */
  readonly hasInheritedName: boolean;
}

/** Makes the plan of a JSON Schema. */
export function planOf(root: JsonSchema): SchemaPlan {
  const plans = new Map<object, NullPlan>();
  const nullable = new Map<string, boolean>();
  let deletes = false;
  let hasInheritedName = false;

  function inner(source: unknown): NullPlan {
    if (saysNothing(source)) return anyPlan;
    if (typeof source !== "object" || source === null) return noPlan;
    const known = plans.get(source);
    if (known !== undefined) return known;
    const plan = emptyPlan();
    // Entered before it is filled, so that a recursive schema finds itself.
    plans.set(source, plan);
    fill(plan, source as JsonSchema);
    if (hasParts(plan)) return plan;
    plans.set(source, noPlan);
    return noPlan;
  }

  function fill(plan: NullPlan, schema: JsonSchema): void {
    const { $ref, allOf, type, ...rest } = schema;
    const union = schema.anyOf ?? schema.oneOf;
    if (typeof $ref === "string") plan.parts.push(inner(resolveReference(root, $ref)));
    else if (Array.isArray(allOf) && !allOf.every(isRestriction)) {
      const own = type === undefined ? rest : { type, ...rest };
      plan.parts.push(...[...allOf, ...(saysNothing(own) ? [] : [own])].map(inner));
    } else if (Array.isArray(union)) plan.branches.push(...union.map(inner));
    else if (schema.enum === undefined && !("const" in schema)) {
      const types = [type ?? (schema.properties === undefined ? [] : "object")].flat();
      if (types.includes("object")) fillObject(plan, schema);
      if (types.includes("array")) fillArray(plan, schema);
    }
  }

  function fillObject(plan: NullPlan, schema: JsonSchema): void {
    const required = requiredOf(schema);
    const rest = restOf(schema);
    const listed = schema.properties as Readonly<Record<string, JsonSchema>> ?? {};
    for (const [name, source] of Object.entries(listed)) {
      const keep = acceptsNull(root, source, nullable);
      const drop = !keep && !required.has(name);
      deletes ||= drop;
      hasInheritedName ||= name in Object.prototype;
      plan.properties.set(name, { drop, keep, value: inner(source) });
    }
    if (rest === false) return;
    const keep = acceptsNull(root, rest as JsonSchema, nullable);
    plan.rest = { drop: false, keep, value: inner(rest) };
  }

  function fillArray(plan: NullPlan, { prefixItems, items, additionalItems }: JsonSchema): void {
    const tuple = prefixItems ?? (Array.isArray(items) ? items : undefined);
    if (!Array.isArray(tuple)) {
      plan.items.push(inner(items ?? true));
      return;
    }
    plan.prefix.push(...tuple.map(inner));
    const rest = prefixItems === undefined ? additionalItems : items;
    if (rest !== undefined && rest !== false) plan.items.push(inner(rest));
  }

  const plan = inner(root);
  return { nulls: deletes ? plan : undefined, hasInheritedName };
}

function hasParts({ properties, rest, prefix, items, parts, branches }: NullPlan): boolean {
  return properties.size > 0 || rest !== undefined ||
    [prefix, items, parts, branches].some(({ length }) => length > 0);
}

/** Returns the plans that apply to an array's item. */
export function itemPlans({ prefix, items }: NullPlan, index: number): readonly NullPlan[] {
  return index < prefix.length ? [prefix[index]!] : items;
}

/** Returns the value in the author's form; the value given is not changed. */
export function deleteNulls(value: unknown, plan: NullPlan): unknown {
  return walk(value, [plan]);
}

function walk(value: unknown, applied: readonly NullPlan[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const reached = new Set(applied);
  for (const { parts, branches } of reached) {
    for (const inner of [...parts, ...branches]) reached.add(inner);
  }
  const plans = [...reached];
  if (Array.isArray(value)) {
    if (plans.every(({ prefix, items }) => prefix.length + items.length === 0)) return value;
    return value.map((item, index) => walk(item, plans.flatMap((plan) => itemPlans(plan, index))));
  }
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const found = plans.flatMap((plan) => plan.properties.get(name) ?? plan.rest ?? []);
    if (inner === null && found.some(({ drop }) => drop)) continue;
    kept.push([name, walk(inner, found.map((property) => property.value))]);
  }
  return Object.fromEntries(kept);
}
