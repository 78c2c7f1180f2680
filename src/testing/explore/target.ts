/**
 * Everything that an exploration tries to reach, and the shortest ways there, all guards open.
 *
 * @module
 */
import type { Graph } from "../../graph/graph.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import { type Move, outcomesOf, type PlannedMove, type ToolOutcome } from "../play/move.ts";
import { routeGuard, toolGuard } from "../play/played_core.ts";

/** One thing that can happen in a graph. */
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
    /** What it guards: `route to checkout` or `tool add_to_cart`. */
    readonly guard: string;
    readonly isOpen: boolean;
  }
  | {
    readonly kind: "approval";
    readonly step: string;
    readonly tool: string;
    /** Whether a person is asked about a call; false only where a function decides that. */
    readonly isAsked: boolean;
  };

/** A target in words; equal words, equal targets. */
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

/** A target, and how a path to it ends once it is in the target's step. */
export interface Goal {
  readonly target: Target;
  readonly end: readonly PlannedMove[];
}

/** Lists everything that a graph declares, step by step: those of `first`, then in the author's order. */
export function goalsOf({ steps }: Graph, first: readonly string[]): Goal[] {
  const goals: Goal[] = [];
  const add = (target: Target, ...end: readonly PlannedMove[]) => goals.push({ target, end });
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
    for (const held of tools) {
      const { name: tool, guard } = held;
      for (const outcome of outcomesOf(held)) {
        add({ kind: "tool", step, tool, outcome }, {
          move: { action: "TOOL_CALL", tool, outcome },
        });
      }
      if (guard !== undefined) addGuard(toolGuard(tool));
      const { needsApproval } = toolInternals(held);
      const asked = needsApproval === false ? [] : needsApproval === true ? [true] : [true, false];
      for (const isAsked of asked) {
        const move = { action: "TOOL_CALL", tool, outcome: "success", isAsked } as const;
        add({ kind: "approval", step, tool, isAsked }, { move });
      }
    }
  }
  return goals;
}

/** The moves from the first step to each step that can be reached, nearest first. */
export function waysIn({ start, steps }: Graph): ReadonlyMap<string, readonly Move[]> {
  const ways = new Map<string, readonly Move[]>([[start, []]]);
  // A map visits what is added to it on the way.
  for (const [id, way] of ways) {
    for (const { to } of steps.get(id)!.routes) {
      if (!ways.has(to)) ways.set(to, [...way, { action: "MOVE", step: to }]);
    }
  }
  return ways;
}

/**
 * For each step in which the conversation cannot come to rest, the move towards
 * the nearest one in which it can; undefined for the others.
 */
export function waysOut({ steps }: Graph): ReadonlyMap<string, Move | undefined> {
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
