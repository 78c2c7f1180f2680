/**
 * Times per function: the rows of a report before the call counts join them.
 *
 * @module
 */

import type { CallTree } from "./call_tree.ts";
import { type FunctionPlace, placeKey, placeOf } from "./function_place.ts";

/** How long one function ran. */
export interface FunctionTime {
  /** The function. */
  readonly place: FunctionPlace;
  /** Microseconds in the function itself. */
  self: number;
  /** Microseconds with what it called; a recursive call is not counted twice. */
  cumulative: number;
}

/**
 * Self and cumulative time of every function of a call tree. The self times add
 * up to the time of the tree; `(program)`, `(garbage collector)` and `(idle)`
 * are rows like any other.
 *
 * @param tree The tree.
 * @returns One entry per function, in no particular order.
 */
export function functionTimes(tree: CallTree): FunctionTime[] {
  const times = new Map<string, FunctionTime>();
  for (const child of tree.children) visit(child, [], times);
  if (tree.self > 0) visit({ ...tree, children: [] }, [], times);
  return [...times.values()];
}

/** Adds a node's own time to the function itself and, once each, to its callers. */
function visit(
  node: CallTree,
  callers: readonly FunctionTime[],
  times: Map<string, FunctionTime>,
): void {
  const place = placeOf(node.frame);
  const key = placeKey(place);
  let entry = times.get(key);
  if (entry === undefined) {
    entry = { place, self: 0, cumulative: 0 };
    times.set(key, entry);
  }
  const stack = callers.includes(entry) ? callers : [...callers, entry];
  entry.self += node.self;
  for (const caller of stack) caller.cumulative += node.self;
  for (const child of node.children) visit(child, stack, times);
}
