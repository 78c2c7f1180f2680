/**
 * From the wire back to the author's form: on the wire an absent property may
 * be present, as null, whatever the profile. A null is deleted where the
 * author's property is optional and cannot itself be null.
 *
 * @module
 */

/** What to do with one property of an object that came over the wire. */
export interface PropertyPlan {
  /** The author's property is optional and not nullable: null means absent. */
  readonly drop: boolean;
  /** The author's property may be null: null means null. */
  readonly keep: boolean;
  /** The plan of its value. */
  readonly value: NullPlan;
}

/** Where nulls are deleted in a value. A recursive schema has a plan that contains itself. */
export interface NullPlan {
  /** The plans of an object's properties. */
  readonly properties: Map<string, PropertyPlan>;
  /** The plan of the properties that are not listed, where there may be any. */
  rest?: PropertyPlan;
  /** The plans of a tuple's items, by their place. */
  readonly prefix: readonly NullPlan[];
  /** The plans of an array's items, those of the prefix apart. */
  readonly items: NullPlan[];
  /** The plans of the branches of a union or an intersection; all of them apply. */
  readonly branches: NullPlan[];
}

/** A plan that deletes nothing, to be filled. */
export function emptyPlan(): NullPlan {
  return { properties: new Map(), prefix: [], items: [], branches: [] };
}

/** The plan of a value that may be anything: every null in it is meant. */
export const anyPlan: NullPlan = emptyPlan();
anyPlan.rest = { drop: false, keep: true, value: anyPlan };
anyPlan.items.push(anyPlan);

/** Whether a plan deletes anything at all; where not, values need no walk. */
export function deletesNulls(plan: NullPlan, seen: Set<NullPlan> = new Set()): boolean {
  if (seen.has(plan)) return false;
  seen.add(plan);
  for (const property of plan.properties.values()) {
    if (property.drop || deletesNulls(property.value, seen)) return true;
  }
  const inner = [...plan.prefix, ...plan.items, ...plan.branches];
  if (plan.rest !== undefined) inner.push(plan.rest.value);
  return inner.some((one) => deletesNulls(one, seen));
}

/** Whether the values of a plan may be of one branch or another. */
export function hasChoice(plan: NullPlan, seen: Set<NullPlan> = new Set()): boolean {
  if (plan.branches.length > 1) return true;
  if (seen.has(plan)) return false;
  seen.add(plan);
  return plan.branches.some((branch) => hasChoice(branch, seen));
}

/**
 * The path of a property about which the branches of a union disagree: null
 * means absent in one and null in another, so that it cannot be mapped back.
 */
export function findDisagreement(branches: readonly NullPlan[]): string | undefined {
  const seen = new Set<string>();
  const ids = new Map<NullPlan, number>();
  const id = (plan: NullPlan) => ids.get(plan) ?? (ids.set(plan, ids.size), ids.size - 1);

  function compare(a: NullPlan, b: NullPlan, path: string): string | undefined {
    const pair = `${id(a)} ${id(b)}`;
    if (a === b || seen.has(pair)) return undefined;
    seen.add(pair);
    for (const name of new Set([...a.properties.keys(), ...b.properties.keys()])) {
      const mine = a.properties.get(name) ?? a.rest;
      const theirs = b.properties.get(name) ?? b.rest;
      if (mine === undefined || theirs === undefined) continue;
      const here = path === "" ? name : `${path}.${name}`;
      if (mine.drop && theirs.keep || mine.keep && theirs.drop) return here;
      const deeper = compare(mine.value, theirs.value, here);
      if (deeper !== undefined) return deeper;
    }
    const nested: [NullPlan, NullPlan][] = [
      ...pairsOfItems(a, b),
      ...a.branches.map((x): [NullPlan, NullPlan] => [x, b]),
      ...b.branches.map((y): [NullPlan, NullPlan] => [a, y]),
    ];
    if (a.rest !== undefined && b.rest !== undefined) nested.push([a.rest.value, b.rest.value]);
    for (const [x, y] of nested) {
      const found = compare(x, y, path);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  for (let i = 0; i < branches.length; i++) {
    for (let j = i + 1; j < branches.length; j++) {
      const found = compare(branches[i]!, branches[j]!, "");
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The plans that apply to the same item of two arrays. */
function pairsOfItems(a: NullPlan, b: NullPlan): [NullPlan, NullPlan][] {
  const length = Math.max(a.prefix.length, b.prefix.length);
  return Array.from({ length: length + 1 }, (_, index) => index).flatMap((index) =>
    itemPlans(a, index).flatMap((x) => itemPlans(b, index).map((y): [NullPlan, NullPlan] => [x, y]))
  );
}

function itemPlans({ prefix, items }: NullPlan, index: number): readonly NullPlan[] {
  return index < prefix.length ? [prefix[index]!] : items;
}

/** The value in the author's form; the value given is not changed. */
export function deleteNulls(value: unknown, plan: NullPlan): unknown {
  return walk(value, [plan]);
}

function walk(value: unknown, applied: readonly NullPlan[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const plans = new Set(applied);
  for (const plan of plans) for (const branch of plan.branches) plans.add(branch);
  if (Array.isArray(value)) return walkItems(value, [...plans]);
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const found = [...plans].flatMap((plan) => plan.properties.get(name) ?? plan.rest ?? []);
    if (inner === null && found.some(({ drop }) => drop)) continue;
    kept.push([name, walk(inner, found.map((property) => property.value))]);
  }
  return Object.fromEntries(kept);
}

function walkItems(value: readonly unknown[], plans: readonly NullPlan[]): readonly unknown[] {
  if (plans.some(({ prefix }) => prefix.length > 0)) {
    return value.map((item, index) => walk(item, plans.flatMap((plan) => itemPlans(plan, index))));
  }
  const items = plans.flatMap((plan) => plan.items);
  return items.length === 0 ? value : value.map((item) => walk(item, items));
}
