/**
 * The call tree of a profile, and the time of each function in it.
 *
 * @module
 */

import type { CallFrame, CpuProfile } from "./cpu_profile.ts";
import { type FunctionPlace, placeKey, placeOf } from "./function_place.ts";

/** A node of the call tree. Its own time and that of its children is its total. */
export interface CallTree {
  /** The function. */
  readonly frame: CallFrame;
  /** Microseconds in the function itself. */
  readonly self: number;
  /** The functions it called. */
  readonly children: readonly CallTree[];
}

/** A call tree and the part of the profile that it covers. */
export interface SampledTree {
  /** The root, `(root)`. */
  readonly tree: CallTree;
  /** The number of samples in the part. */
  readonly samples: number;
  /** Microseconds in all: the sum of `self` over the tree. */
  readonly sampled: number;
}

/** The time of one function. */
export interface FunctionTime {
  /** The function. */
  readonly place: FunctionPlace;
  /** Microseconds in the function itself. */
  self: number;
  /** Microseconds with what it called; a recursive call is not counted twice. */
  cumulative: number;
}

/**
 * Adds up the samples of a profile. A sample lasts until the next one, as in DevTools.
 *
 * @param profile The profile.
 * @param within Keeps only the time from the first to the last sample that shows the function of
 *   this name anywhere on the stack, so that starting up and shutting down are left out. If no
 *   sample shows it, the whole profile is kept.
 */
export function callTree(profile: CpuProfile, within?: string): SampledTree {
  const { nodes, samples, timeDeltas, startTime, endTime } = profile;
  const known = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const shows = (sample: number): boolean => {
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      if (known.get(id)!.callFrame.functionName === within) return true;
    }
    return false;
  };
  const first = Math.max(0, samples.findIndex(shows));
  const end = (samples.findLastIndex(shows) + 1) || samples.length;

  const lastSample = timeDeltas.reduce((sum, delta) => sum + delta, startTime);
  const selfTimes = new Map<number, number>();
  for (let index = first; index < end; index++) {
    const duration = Math.max(0, timeDeltas[index + 1] ?? endTime - lastSample);
    const id = samples[index]!;
    selfTimes.set(id, (selfTimes.get(id) ?? 0) + duration);
  }
  const build = (id: number): CallTree => {
    const { callFrame, children = [] } = known.get(id)!;
    return { frame: callFrame, self: selfTimes.get(id) ?? 0, children: children.map(build) };
  };
  const root = nodes.find(({ id }) => !parents.has(id));
  if (root === undefined) {
    throw new SyntaxError("Could not build the call tree: expected a node that has no caller");
  }
  const tree = build(root.id);
  return { tree, samples: end - first, sampled: totalTime(tree) };
}

/** The time of a node with everything below it, in microseconds. */
export function totalTime(node: CallTree): number {
  return node.children.reduce((sum, child) => sum + totalTime(child), node.self);
}

/**
 * Self and cumulative time of every function of a call tree. The self times add up to the time
 * of the tree; `(program)`, `(garbage collector)` and `(idle)` are rows like any other.
 *
 * @returns One entry per function, in no particular order.
 */
export function functionTimes(tree: CallTree): FunctionTime[] {
  const times = new Map<string, FunctionTime>();
  // A node's own time goes to the function itself and, once each, to its callers.
  const visit = (node: CallTree, callers: readonly FunctionTime[]): void => {
    const place = placeOf(node.frame);
    const entry = times.get(placeKey(place)) ?? { place, self: 0, cumulative: 0 };
    times.set(placeKey(place), entry);
    const stack = callers.includes(entry) ? callers : [...callers, entry];
    entry.self += node.self;
    for (const caller of stack) caller.cumulative += node.self;
    for (const child of node.children) visit(child, stack);
  };
  for (const child of tree.children) visit(child, []);
  if (tree.self > 0) visit({ ...tree, children: [] }, []);
  return [...times.values()];
}
