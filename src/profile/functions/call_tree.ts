/**
 * Call tree of a CPU profile, and the time of each function in it.
 *
 * @module
 */

import type { CallFrame, CpuProfile } from "./cpu_profile.ts";
import { type FunctionPlace, identifyFunction, placeKey } from "./function_place.ts";

/** Node of a call tree. */
export interface CallTree {
  /** Function of the node. */
  readonly frame: CallFrame;
  /** Self time: the time in the function itself, in microseconds. */
  readonly self: number;
  /** Nodes of the functions that it called. */
  readonly children: readonly CallTree[];
}

/** Call tree of a part of a profile. */
export interface SampledTree {
  /** Root of the tree, `(root)`. */
  readonly tree: CallTree;
  /** Number of samples in the part. */
  readonly samples: number;
  /** Total time of the part, in microseconds: the sum of `self` over the tree. */
  readonly sampled: number;
}

/** Self and cumulative time of one function, in microseconds. */
export interface FunctionTime {
  /** Function that was sampled. */
  readonly place: FunctionPlace;
  /** Self time: the time in the function itself. */
  self: number;
  /** Cumulative time: self time and that of all callees. Recursive calls are not counted twice. */
  cumulative: number;
}

/**
 * Builds the call tree of a profile. A sample lasts until the next one, as in DevTools.
 *
 * @param profile Profile with the samples.
 * @param within Name of a function. Only the part from the first to the last sample with it on
 *   the stack is kept, which excludes startup and shutdown. If no sample has it, the whole
 *   profile is kept.
 */
export function buildCallTree(profile: CpuProfile, within?: string): SampledTree {
  const { nodes, samples, timeDeltas, startTime, endTime } = profile;
  const known = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const hasOnStack = (sample: number): boolean => {
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      if (known.get(id)!.callFrame.functionName === within) return true;
    }
    return false;
  };
  const first = Math.max(0, samples.findIndex(hasOnStack));
  const end = (samples.findLastIndex(hasOnStack) + 1) || samples.length;

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
    throw new SyntaxError(
      "Cannot build the call tree: it has no root: expected a node without a caller",
    );
  }
  const tree = build(root.id);
  return { tree, samples: end - first, sampled: totalTime(tree) };
}

/** Returns the time of a node and all its descendants, in microseconds. */
export function totalTime(node: CallTree): number {
  return node.children.reduce((sum, child) => sum + totalTime(child), node.self);
}

/**
 * Computes the self and cumulative time of every function of a call tree. The self times add up
 * to the total time of the tree, including `(program)`, `(garbage collector)` and `(idle)`.
 *
 * @returns One entry per function, in no particular order.
 */
export function computeFunctionTimes(tree: CallTree): FunctionTime[] {
  const times = new Map<string, FunctionTime>();
  // Adds the self time of a node to its function, and to the cumulative time of each caller once.
  const visit = (node: CallTree, callers: readonly FunctionTime[]): void => {
    const place = identifyFunction(node.frame);
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
