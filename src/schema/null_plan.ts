/**
 * Deletion of nulls that mean absent. With any profile, a model may write null for an
 * optional property. The null is deleted if the author's property is optional and does
 * not accept null.
 *
 * @module
 */
import { type JsonSchema, setMember } from "../json/json.ts";
import { acceptsAnything, acceptsNull, requiredOf, resolveReference, restOf } from "./lowered.ts";
import { isRestriction } from "./restrictions.ts";

/** Treatment of a null in one property. */
export interface PropertyPlan {
  /** True if the author's property is optional and not nullable: null means absent. */
  readonly drop: boolean;
  /** True if the author's property may be null: null means null. */
  readonly keep: boolean;
  /** Plan of the property's value. */
  readonly value: NullPlan;
}

/** Plan for the deletion of nulls in a value. The plan of a recursive schema contains itself. */
export interface NullPlan {
  /** Plans of an object's properties. */
  readonly properties: Map<string, PropertyPlan>;
  /** Plan of unlisted properties; absent if they are not allowed. */
  rest?: PropertyPlan;
  /** Plans of a tuple's items, in order. */
  readonly prefix: NullPlan[];
  /** Plans of an array's items after the prefix. */
  readonly items: NullPlan[];
  /** Plans that apply together: the target of a reference, or the parts of an intersection. */
  readonly parts: NullPlan[];
  /** Plans of the branches of a union. */
  readonly branches: NullPlan[];
}

/** Creates a plan that deletes nothing, to be filled. */
export function createPlan(): NullPlan {
  return { properties: new Map(), prefix: [], items: [], parts: [], branches: [] };
}

/** Plan of a value without properties or items. */
export const leafPlan: NullPlan = createPlan();

/** Plan of a value of any type: all its nulls are kept. */
const anyPlan: NullPlan = createPlan();
anyPlan.rest = { drop: false, keep: true, value: anyPlan };
anyPlan.items.push(anyPlan);

/** Null plan of a JSON Schema before lowering. */
export interface SchemaPlan {
  /** Plan of the schema's values; undefined if it deletes nothing. */
  readonly nulls: NullPlan | undefined;
  /** True if a property has the name of an inherited one, for example `toString`. */
  readonly hasInheritedName: boolean;
}

/** Builds the null plan of a JSON Schema. */
export function buildPlan(root: JsonSchema): SchemaPlan {
  const plans = new Map<object, NullPlan>();
  const nullable = new Map<string, boolean>();
  let deletes = false;
  let hasInheritedName = false;

  function buildFor(source: unknown): NullPlan {
    if (acceptsAnything(source)) return anyPlan;
    if (typeof source !== "object" || source === null) return leafPlan;
    const known = plans.get(source);
    if (known !== undefined) return known;
    const plan = createPlan();
    // Stored before it is filled, so that a recursive schema finds itself.
    plans.set(source, plan);
    fill(plan, source as JsonSchema);
    if (hasInnerPlans(plan)) return plan;
    plans.set(source, leafPlan);
    return leafPlan;
  }

  function fill(plan: NullPlan, schema: JsonSchema): void {
    const { $ref, allOf, type, ...rest } = schema;
    const union = schema.anyOf ?? schema.oneOf;
    if (typeof $ref === "string") plan.parts.push(buildFor(resolveReference(root, $ref)));
    else if (Array.isArray(allOf) && !allOf.every(isRestriction)) {
      const own = type === undefined ? rest : { type, ...rest };
      plan.parts.push(...[...allOf, ...(acceptsAnything(own) ? [] : [own])].map(buildFor));
    } else if (Array.isArray(union)) plan.branches.push(...union.map(buildFor));
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
      plan.properties.set(name, { drop, keep, value: buildFor(source) });
    }
    if (rest === false) return;
    const keep = acceptsNull(root, rest as JsonSchema, nullable);
    plan.rest = { drop: false, keep, value: buildFor(rest) };
  }

  function fillArray(plan: NullPlan, { prefixItems, items, additionalItems }: JsonSchema): void {
    const tuple = prefixItems ?? (Array.isArray(items) ? items : undefined);
    if (!Array.isArray(tuple)) {
      plan.items.push(buildFor(items ?? true));
      return;
    }
    plan.prefix.push(...tuple.map(buildFor));
    const rest = prefixItems === undefined ? additionalItems : items;
    if (rest !== undefined && rest !== false) plan.items.push(buildFor(rest));
  }

  const plan = buildFor(root);
  return { nulls: deletes ? plan : undefined, hasInheritedName };
}

function hasInnerPlans({ properties, rest, prefix, items, parts, branches }: NullPlan): boolean {
  return properties.size > 0 || rest !== undefined ||
    [prefix, items, parts, branches].some(({ length }) => length > 0);
}

/** Returns the plans that apply to the array item at an index. */
export function itemPlans({ prefix, items }: NullPlan, index: number): readonly NullPlan[] {
  return index < prefix.length ? [prefix[index]!] : items;
}

/** Returns a copy of a value without the nulls that the plan deletes. */
export function deleteNulls(value: unknown, plan: NullPlan): unknown {
  return deleteNullsBy(value, [plan]);
}

function deleteNullsBy(value: unknown, applied: readonly NullPlan[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  // A set is iterated to its end while it grows, so this adds parts of parts too.
  const expanded = new Set(applied);
  for (const { parts, branches } of expanded) {
    for (const inner of [...parts, ...branches]) expanded.add(inner);
  }
  const plans = [...expanded];
  if (Array.isArray(value)) {
    if (plans.every(({ prefix, items }) => prefix.length + items.length === 0)) return value;
    return value.map((item, index) =>
      deleteNullsBy(item, plans.flatMap((plan) => itemPlans(plan, index)))
    );
  }
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const inner = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof inner !== "object") {
      setMember(kept, name, inner);
      continue;
    }
    const found = plans.flatMap((plan) => plan.properties.get(name) ?? plan.rest ?? []);
    if (inner === null && found.some(({ drop }) => drop)) continue;
    setMember(kept, name, deleteNullsBy(inner, found.map((property) => property.value)));
  }
  return kept;
}
