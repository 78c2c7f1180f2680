/**
 * From the wire back to the author's form: on the wire every property is
 * present, an absent one as null. A null is deleted where the author's
 * property is optional and cannot itself be null.
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
  /** The plans of an array's items. */
  readonly items: NullPlan[];
  /** The plans of a union's branches; all of them apply. */
  readonly branches: NullPlan[];
}

/** A plan that deletes nothing, to be filled. */
export function emptyPlan(): NullPlan {
  return { properties: new Map(), items: [], branches: [] };
}

/** Whether a plan deletes anything at all; where not, values need no walk. */
export function deletesNulls(plan: NullPlan, seen: Set<NullPlan> = new Set()): boolean {
  if (seen.has(plan)) return false;
  seen.add(plan);
  for (const property of plan.properties.values()) {
    if (property.drop || deletesNulls(property.value, seen)) return true;
  }
  return [...plan.items, ...plan.branches].some((inner) => deletesNulls(inner, seen));
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
    for (const [name, mine] of a.properties) {
      const theirs = b.properties.get(name);
      if (theirs === undefined) continue;
      const here = path === "" ? name : `${path}.${name}`;
      if (mine.drop && theirs.keep || mine.keep && theirs.drop) return here;
      const deeper = compare(mine.value, theirs.value, here);
      if (deeper !== undefined) return deeper;
    }
    const nested: [NullPlan, NullPlan][] = [
      ...a.items.flatMap((x) => b.items.map((y): [NullPlan, NullPlan] => [x, y])),
      ...a.branches.map((x): [NullPlan, NullPlan] => [x, b]),
      ...b.branches.map((y): [NullPlan, NullPlan] => [a, y]),
    ];
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

/** The value in the author's form; the value given is not changed. */
export function deleteNulls(value: unknown, plan: NullPlan): unknown {
  return walk(value, [plan]);
}

function walk(value: unknown, applied: readonly NullPlan[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const plans = new Set(applied);
  for (const plan of plans) for (const branch of plan.branches) plans.add(branch);
  if (Array.isArray(value)) {
    const items = [...plans].flatMap((plan) => plan.items);
    return items.length === 0 ? value : value.map((item) => walk(item, items));
  }
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const found = [...plans].flatMap((plan) => plan.properties.get(name) ?? []);
    if (inner === null && found.some(({ drop }) => drop)) continue;
    kept.push([name, walk(inner, found.map((property) => property.value))]);
  }
  return Object.fromEntries(kept);
}
