/**
 * The call tree of a profile with the time that each node was seen running.
 *
 * @module
 */

import type { CallFrame, CpuProfile, CpuProfileNode } from "./cpu_profile.ts";

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
  /** How many samples it is made of. */
  readonly samples: number;
  /** Microseconds in all: the sum of `self` over the tree. */
  readonly sampled: number;
}

/**
 * Adds up the samples of a profile. A sample lasts until the next one, as in
 * DevTools.
 *
 * @param profile The profile.
 * @param within Keeps only the time from the first to the last sample that shows
 *   the function of this name anywhere on the stack, so that starting up and
 *   shutting down are left out. The whole profile when no sample shows it.
 * @returns The tree.
 */
export function callTree(profile: CpuProfile, within?: string): SampledTree {
  const parents = new Map<number, number>();
  for (const node of profile.nodes) {
    for (const child of node.children ?? []) parents.set(child, node.id);
  }
  const [first, end] = within === undefined
    ? [0, profile.samples.length]
    : window(profile, parents, within);
  const selfTimes = new Map<number, number>();
  for (let index = first; index < end; index++) {
    const id = profile.samples[index]!;
    selfTimes.set(id, (selfTimes.get(id) ?? 0) + Math.max(0, duration(profile, index)));
  }
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const root = profile.nodes.find((node) => !parents.has(node.id));
  if (root === undefined) {
    throw new SyntaxError("Could not build the call tree: expected a node that has no caller");
  }
  return {
    tree: build(root, nodes, selfTimes),
    samples: end - first,
    sampled: [...selfTimes.values()].reduce((sum, time) => sum + time, 0),
  };
}

/**
 * The time of a node with everything below it.
 *
 * @param node The node.
 * @returns Microseconds.
 */
export function totalTime(node: CallTree): number {
  return node.children.reduce((sum, child) => sum + totalTime(child), node.self);
}

function build(
  node: CpuProfileNode,
  nodes: ReadonlyMap<number, CpuProfileNode>,
  selfTimes: ReadonlyMap<number, number>,
): CallTree {
  return {
    frame: node.callFrame,
    self: selfTimes.get(node.id) ?? 0,
    children: (node.children ?? []).map((id) => build(nodes.get(id)!, nodes, selfTimes)),
  };
}

function duration(profile: CpuProfile, index: number): number {
  const next = profile.timeDeltas[index + 1];
  if (next !== undefined) return next;
  const lastSample = profile.timeDeltas.reduce((sum, delta) => sum + delta, profile.startTime);
  return profile.endTime - lastSample;
}

function window(
  profile: CpuProfile,
  parents: ReadonlyMap<number, number>,
  name: string,
): [first: number, end: number] {
  const named = new Set<number | undefined>();
  for (const node of profile.nodes) {
    if (node.callFrame.functionName === name) named.add(node.id);
  }
  const shows = (sample: number): boolean => {
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      if (named.has(id)) return true;
    }
    return false;
  };
  const first = profile.samples.findIndex(shows);
  return first < 0
    ? [0, profile.samples.length]
    : [first, profile.samples.findLastIndex(shows) + 1];
}
