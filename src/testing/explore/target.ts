/**
 * Targets of an exploration, and the shortest paths to them with all guards open.
 *
 * @module
 */
import type { Graph } from "../../graph/graph.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import { type Move, outcomesOf, type PlannedMove, type ToolOutcome } from "../play/move.ts";
import { routeGuard, toolGuard } from "../play/played_core.ts";

/** A target of an exploration: something that can happen in a step. */
export type Target =
  | { readonly kind: "step"; readonly step: string }
  | { readonly kind: "answer"; readonly step: string }
  | { readonly kind: "end"; readonly step: string }
  | { readonly kind: "route"; readonly step: string; readonly to: string }
  | {
    readonly kind: "tool";
    readonly step: string;
    readonly tool: string;
    readonly outcome: ToolOutcome;
  }
  | {
    readonly kind: "guard";
    readonly step: string;
    /** Name of the guarded route or tool: `route to checkout` or `tool add_to_cart`. */
    readonly guard: string;
    readonly isOpen: boolean;
  }
  | {
    readonly kind: "approval";
    readonly step: string;
    readonly tool: string;
    /** True if the call needs approval; false only if a `needsApproval` function returned false. */
    readonly isAsked: boolean;
  };

/** Describes a target in words. Equal targets have equal descriptions. */
export function describeTarget(target: Target): string {
  const { step } = target;
  switch (target.kind) {
    case "step":
      return `step ${step}`;
    case "answer":
      return `answer in ${step}`;
    case "end":
      return `end in ${step}`;
    case "route":
      return `route ${step} → ${target.to}`;
    case "tool":
      return `${target.tool} in ${step}: ${target.outcome}`;
    case "guard":
      return `guard of ${target.guard} in ${step}: ${target.isOpen ? "open" : "closed"}`;
    case "approval":
      return `approval of ${target.tool} in ${step}: ${target.isAsked ? "asked" : "not asked"}`;
    default:
      return target satisfies never;
  }
}

/** A target, with the moves that reach it from its step. */
export interface Goal {
  readonly target: Target;
  readonly moves: readonly PlannedMove[];
}

/** Lists the targets of a graph by step: first the steps in `first`, then the others in order. */
export function listGoals({ steps }: Graph, first: readonly string[]): Goal[] {
  const goals: Goal[] = [];
  const add = (target: Target, ...moves: readonly PlannedMove[]) => goals.push({ target, moves });
  for (const step of new Set([...first, ...steps.keys()])) {
    const { routes, tools, auto, end } = steps.get(step)!;
    const addGuard = (guard: string) => {
      add({ kind: "guard", step, guard, isOpen: true });
      add({ kind: "guard", step, guard, isOpen: false }, { closed: guard });
    };
    add({ kind: "step", step });
    if (!auto) add({ kind: "answer", step }, { move: { action: "RESPOND" } });
    if (end !== false) add({ kind: "end", step }, { move: { action: "END" } });
    for (const { to, guard } of routes) {
      add({ kind: "route", step, to }, { move: { action: "MOVE", step: to } });
      if (guard !== undefined) addGuard(routeGuard(to));
    }
    for (const offered of tools) {
      const { name: tool, guard } = offered;
      for (const outcome of outcomesOf(offered)) {
        add({ kind: "tool", step, tool, outcome }, {
          move: { action: "TOOL_CALL", tool, outcome },
        });
      }
      if (guard !== undefined) addGuard(toolGuard(tool));
      const { needsApproval } = toolInternals(offered);
      const asked = needsApproval === false ? [] : needsApproval === true ? [true] : [true, false];
      for (const isAsked of asked) {
        const move = { action: "TOOL_CALL", tool, outcome: "success", isAsked } as const;
        add({ kind: "approval", step, tool, isAsked }, { move });
      }
    }
  }
  return goals;
}

/** Returns the shortest path from the start step to each reachable step, nearest first. */
export function findShortestPaths({ start, steps }: Graph): ReadonlyMap<string, readonly Move[]> {
  const paths = new Map<string, readonly Move[]>([[start, []]]);
  // Breadth-first search: iterating a map includes the entries added meanwhile.
  for (const [id, path] of paths) {
    for (const { to } of steps.get(id)!.routes) {
      if (!paths.has(to)) paths.set(to, [...path, { action: "MOVE", step: to }]);
    }
  }
  return paths;
}

/**
 * Returns, for each step in which a turn cannot end, the move towards the nearest
 * step in which it can; undefined for steps in which a turn can end.
 */
export function findWaysOut({ steps }: Graph): ReadonlyMap<string, Move | undefined> {
  const resting = [...steps.values()].filter(({ auto, end }) => !auto || end !== false);
  const ways = new Map<string, Move | undefined>(resting.map(({ id }) => [id, undefined]));
  for (const [near] of ways) {
    for (const { id, routes } of steps.values()) {
      const leadsThere = routes.some(({ to }) => to === near);
      if (leadsThere && !ways.has(id)) ways.set(id, { action: "MOVE", step: near });
    }
  }
  return ways;
}
