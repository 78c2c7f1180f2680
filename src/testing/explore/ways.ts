/**
 * Shortest ways through a graph, all guards open.
 *
 * @module
 */
import type { Graph, Step } from "../../graph/graph.ts";
import type { Move } from "./move.ts";

/** The moves from the first step to each step that can be reached, nearest first. */
export function waysIn({ start, steps }: Graph): ReadonlyMap<string, readonly Move[]> {
  const ways = new Map<string, readonly Move[]>([[start, []]]);
  // A map visits what is added to it on the way.
  for (const [id, way] of ways) {
    for (const { to } of steps.get(id)!.routes) {
      if (!ways.has(to)) ways.set(to, [...way, { kind: "move", to }]);
    }
  }
  return ways;
}

/**
 * For each step in which the conversation cannot come to rest, the move towards
 * the nearest one in which it can; nothing where no way leads there.
 */
export function waysOut({ steps }: Graph): ReadonlyMap<string, Move> {
  const isResting = ({ auto, end }: Step) => !auto || end !== false;
  const resting = new Set([...steps.values()].filter(isResting).map(({ id }) => id));
  const ways = new Map<string, Move>();
  for (let isNew = true; isNew;) {
    isNew = false;
    // Those found in one round are as far away as the round says: the next one builds on them.
    const near = new Set([...resting, ...ways.keys()]);
    for (const { id, routes } of steps.values()) {
      if (near.has(id)) continue;
      const route = routes.find(({ to }) => near.has(to));
      if (route === undefined) continue;
      ways.set(id, { kind: "move", to: route.to });
      isNew = true;
    }
  }
  return ways;
}
