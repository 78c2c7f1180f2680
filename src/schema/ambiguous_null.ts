/**
 * Search for ambiguous nulls: null means absent in one branch of a union and null in
 * another.
 *
 * @module
 */
import { itemPlans, leafPlan, type NullPlan, type PropertyPlan } from "./null_plan.ts";

/** Plans for the same value, each with the number of its alternative. Plans of one alternative apply together. */
type Group = ReadonlyMap<NullPlan, number>;

/** Maximum number of groups, because recursive unions can have exponentially many. */
const MAX_GROUPS = 10_000;

/** Place of an ambiguous null, and the reason. */
export interface AmbiguousNull {
  /** Path of the property. */
  readonly path: string;
  /** Construct that no profile supports, for messages. */
  readonly construct: string;
}

/**
 * Returns the first property that is optional in one branch and nullable in another;
 * undefined if there is none. All branches are compared at once, path by path: the time is
 * linear in the size of the plan, unless it is recursive or a union has many open objects.
 */
export function findAmbiguousNull(root: NullPlan): AmbiguousNull | undefined {
  const search = new Search();
  search.add([[root, 0]], "");
  for (const [group, path] of search.groups) {
    if (search.groups.length > MAX_GROUPS) {
      return { path, construct: `a recursive union with more than ${MAX_GROUPS} combinations` };
    }
    const ambiguousPath = search.visit(group, path);
    if (ambiguousPath !== undefined) return { path: ambiguousPath, construct: AMBIGUOUS };
  }
  return undefined;
}

const AMBIGUOUS =
  "a property that is optional in one branch of a union and nullable in another branch or part";

class Search {
  /** Groups to visit. Visiting a group adds more. */
  readonly groups: [group: Group, path: string][] = [];
  /** Number of each plan, for the keys of groups. */
  readonly #ids = new Map<NullPlan, number>();
  /** Keys of the groups that were added. */
  readonly #seen = new Set<string>();
  /** Cache of plans: true if the plan has a union. */
  readonly #unions = new Map<NullPlan, boolean>();
  #alternatives = 0;

  /** Adds plans for the same value, unless they were added before. */
  add(plans: readonly (readonly [NullPlan, number])[], path: string): void {
    const group = new Map(plans);
    group.delete(leafPlan);
    if (group.size > 1 && new Set(group.values()).size === 1) {
      for (const entry of group) this.add([entry], path);
      return;
    }
    const alternatives = new Map<number, number>();
    const key = [...group]
      .map(([plan, alternative]) => [assignNumber(this.#ids, plan), alternative] as const)
      .sort(([a], [b]) => a - b)
      .map(([id, alternative]) => `${id}:${assignNumber(alternatives, alternative)}`)
      .join(" ");
    if (group.size === 0 || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.groups.push([group, path]);
  }

  /** Adds the groups of a group's properties and items; returns the path of an ambiguous property. */
  visit(group: Group, path: string): string | undefined {
    const plans = [...this.#expand(group)];
    const names = new Map<string, [property: PropertyPlan, alternative: number][]>();
    for (const [{ properties }, alternative] of plans) {
      for (const [name, property] of properties) {
        const listed = names.get(name) ?? [];
        listed.push([property, alternative]);
        names.set(name, listed);
      }
    }
    const open = plans.filter(([{ rest }]) => rest !== undefined);
    const rests = open.map(([{ rest }, alternative]) => [rest!, alternative] as const);
    for (const [name, listed] of names) {
      const here = path === "" ? name : `${path}.${name}`;
      const others = rests.filter((_, index) => !open[index]![0].properties.has(name));
      const all = [...listed, ...others];
      const keeps = all.filter(([{ keep }]) => keep);
      const isAmbiguous = all.some(([{ drop }, one]) =>
        drop && keeps.some(([, other]) => other !== one)
      );
      if (isAmbiguous) return here;
      this.add(all.map(([{ value }, alternative]) => [value, alternative]), here);
    }
    this.add(rests.map(([{ value }, alternative]) => [value, alternative]), `${path}{}`);
    this.#addItems(plans, path);
    return undefined;
  }

  #addItems(plans: readonly (readonly [NullPlan, number])[], path: string): void {
    const length = plans.reduce((longest, [{ prefix }]) => Math.max(longest, prefix.length), 0);
    for (let index = 0; index <= length; index++) {
      const items = plans.flatMap(([plan, alternative]) =>
        itemPlans(plan, index).map((item) => [item, alternative] as const)
      );
      this.add(items, index < length ? `${path}[${index}]` : `${path}[]`);
    }
  }

  /** Returns the plans of a group with all their parts and branches. Each branch is an alternative. */
  #expand(group: Group): Group {
    const expanded = new Map(group);
    for (const [{ parts, branches }, alternative] of expanded) {
      // Parts of an intersection apply together, unless one of them has a union.
      const areJoint = parts.length < 2 || !parts.some((part) => this.#hasUnion(part));
      for (const part of parts) {
        if (!expanded.has(part)) expanded.set(part, areJoint ? alternative : ++this.#alternatives);
      }
      for (const branch of branches) {
        if (!expanded.has(branch)) expanded.set(branch, ++this.#alternatives);
      }
    }
    return expanded;
  }

  #hasUnion(plan: NullPlan): boolean {
    const known = this.#unions.get(plan);
    if (known !== undefined) return known;
    this.#unions.set(plan, false);
    const result = plan.branches.length > 1 || plan.parts.some((part) => this.#hasUnion(part));
    this.#unions.set(plan, result);
    return result;
  }
}

/** Returns the number of a key. Assigns the next number to a new key. */
function assignNumber<Key>(numbers: Map<Key, number>, key: Key): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, number = numbers.size);
  return number;
}
