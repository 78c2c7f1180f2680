/**
 * Parts of a graph that a drawing shows, and the way of a session through it.
 *
 * @module
 */
import type { Graph, Step } from "../../graph/graph.ts";
import type { SessionEvent } from "../../history/event.ts";
import { mayNeedApproval } from "../../tool/tool_internals.ts";

/** Step of a drawing. Its texts may have line feeds and unsafe characters. */
export interface DrawnStep {
  readonly id: string;
  readonly description: string;
  /** Names of tools, with a note about those that need approval or have a guard. */
  readonly tools: readonly string[];
  readonly routes: readonly DrawnRoute[];
}

/** Route of a drawing. */
export interface DrawnRoute {
  readonly to: string;
  /** Condition, with a note if it has a guard. */
  readonly when: string;
}

/** Way of a session through the graph. */
export interface Way {
  /** Current step. */
  readonly step: string;
  /** Numbers of visits by step. */
  readonly visits: ReadonlyMap<string, number>;
  /** Returns the number of moves along a route. */
  moves(from: string, to: string): number;
}

/** Returns the steps of a graph: from the start on, nearest first, then those that cannot be reached. */
export function listDrawnSteps({ steps, start }: Graph): readonly DrawnStep[] {
  const order = new Set([start]);
  for (const id of order) {
    for (const { to } of steps.get(id)?.routes ?? []) order.add(to);
  }
  for (const id of steps.keys()) order.add(id);
  return [...order].map((id) => describeStep(steps.get(id)!));
}

function describeStep({ id, description, tools, routes }: Step): DrawnStep {
  return {
    id,
    description: typeof description === "string" ? description : "…",
    tools: tools.map((tool) => {
      const notes = [
        ...mayNeedApproval(tool) ? ["approval"] : [],
        ...tool.guard !== undefined ? ["guarded"] : [],
      ];
      return notes.length === 0 ? tool.name : `${tool.name} (${notes.join(", ")})`;
    }),
    routes: routes.map(({ to, when, guard }) => ({
      to,
      when: guard === undefined ? when : `${when} (guarded)`.trimStart(),
    })),
  };
}

/** Returns the way that a log describes, in a graph that starts with this step. */
export function findWay(events: readonly SessionEvent[], start: string): Way {
  const moves = new Map<string, number>();
  const visits = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string) =>
    counts.set(key, (counts.get(key) ?? 0) + 1);
  const moved = events.filter((event) => event.type === "moved");
  const first = events.find((event) => event.type === "decision")?.step;
  let step = moved[0]?.from ?? first ?? start;
  add(visits, step);
  for (const { from, to } of moved) {
    add(visits, to);
    add(moves, JSON.stringify([from, to]));
    step = to;
  }
  return { step, visits, moves: (from, to) => moves.get(JSON.stringify([from, to])) ?? 0 };
}
