/**
 * Finding nulls that cannot be mapped back, since they mean absent in one branch
 * of a union and null in another.
 *
 * @module
 */
import { itemPlans, noPlan, type NullPlan, type PropertyPlan } from "./null_plan.ts";

/** Plans for the same value, with their alternative: plans of one alternative apply together. */
type Group = ReadonlyMap<NullPlan, number>;

/** Maximum number of groups: recursive unions can have exponentially many. */
const MAX_GROUPS = 10_000;

/** A place at which a null cannot be mapped back, and the reason. */
export interface Disagreement {
  /** Path of the property. */
  readonly path: string;
  /** The construct that has no form. */
  readonly construct: string;
}

/**
 * Returns a property that is optional in one branch and nullable in another;
 * undefined if there is none. All branches are compared together, place by
 * place: the time is linear in the size of the plan, unless it is recursive or a
 * union has many open objects.
 */
export function findDisagreement(root: NullPlan): Disagreement | undefined {
  const search = new Search();
  search.add([[root, 0]], "");
  for (const [group, path] of search.groups) {
    if (search.groups.length > MAX_GROUPS) {
      return { path, construct: `a recursive union with more than ${MAX_GROUPS} combinations` };
    }
    const disputed = search.visit(group, path);
    if (disputed !== undefined) return { path: disputed, construct: DISPUTED };
  }
  return undefined;
}

const DISPUTED =
  "a property that is optional in one branch of a union and nullable in another branch or part";

class Search {
  readonly groups: [group: Group, path: string][] = [];
  readonly #ids = new Map<NullPlan, number>();
  readonly #seen = new Set<string>();
  readonly #choices = new Map<NullPlan, boolean>();
  #alternatives = 0;

  /** Adds plans for the same value, unless they were added before. */
  add(plans: readonly (readonly [NullPlan, number])[], path: string): void {
    const group = new Map(plans);
    group.delete(noPlan);
    if (group.size > 1 && new Set(group.values()).size === 1) {
      for (const entry of group) this.add([entry], path);
      return;
    }
    const alternatives = new Map<number, number>();
    const key = [...group]
      .map(([plan, alternative]) => [numbered(this.#ids, plan), alternative] as const)
      .sort(([a], [b]) => a - b)
      .map(([id, alternative]) => `${id}:${numbered(alternatives, alternative)}`)
      .join(" ");
    if (group.size === 0 || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.groups.push([group, path]);
  }

  /** Adds the groups of a group's properties and items; returns the path of a disputed property. */
  visit(group: Group, path: string): string | undefined {
    const plans = [...this.#opened(group)];
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
      const isDisputed = all.some(([{ drop }, one]) =>
        drop && keeps.some(([, other]) => other !== one)
      );
      if (isDisputed) return here;
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

  /** The plans of a group and those behind them; each branch is an alternative of its own. */
  #opened(group: Group): Group {
    const opened = new Map(group);
    for (const [{ parts, branches }, alternative] of opened) {
      // All that the parts of an intersection say is clear, unless one of them is a choice.
      const isClear = parts.length < 2 || !parts.some((part) => this.#hasChoice(part));
      for (const part of parts) {
        if (!opened.has(part)) opened.set(part, isClear ? alternative : ++this.#alternatives);
      }
      for (const branch of branches) {
        if (!opened.has(branch)) opened.set(branch, ++this.#alternatives);
      }
    }
    return opened;
  }

  #hasChoice(plan: NullPlan): boolean {
    const known = this.#choices.get(plan);
    if (known !== undefined) return known;
    this.#choices.set(plan, false);
    const result = plan.branches.length > 1 || plan.parts.some((part) => this.#hasChoice(part));
    this.#choices.set(plan, result);
    return result;
  }
}

/** The number of a thing, given when it is first asked for. */
function numbered<Thing>(numbers: Map<Thing, number>, thing: Thing): number {
  let number = numbers.get(thing);
  if (number === undefined) numbers.set(thing, number = numbers.size);
  return number;
}
