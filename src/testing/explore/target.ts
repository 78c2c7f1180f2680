/**
 * What an exploration tries to reach.
 *
 * @module
 */
import type { Graph } from "../../graph/graph.ts";
import { approvalOf, type HeldTool } from "../../tool/tool.ts";

/** How a tool call can go; `"denied"` only where the tool needs approval. */
export type ToolOutcome =
  | "success"
  | "error"
  | "fallback"
  | "timeout"
  | "invalid arguments"
  | "denied";

/** The outcomes of a tool that asks nobody, the plain one first. */
const RUN_OUTCOMES: readonly ToolOutcome[] = [
  "success",
  "error",
  "fallback",
  "timeout",
  "invalid arguments",
];

/** The outcomes of a tool that may ask a person. */
const ASKED_OUTCOMES: readonly ToolOutcome[] = [...RUN_OUTCOMES, "denied"];

/** How calls of any of these tools can go. */
export function outcomesOf(...tools: readonly HeldTool[]): readonly ToolOutcome[] {
  return tools.some((tool) => approvalOf(tool) !== false) ? ASKED_OUTCOMES : RUN_OUTCOMES;
}

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

/** Everything that a graph declares, step by step in the author's order. */
export function targetsOf({ steps }: Graph): Target[] {
  const targets: Target[] = [];
  for (const { id: step, routes, tools, auto, end } of steps.values()) {
    targets.push({ kind: "step", step });
    if (!auto) targets.push({ kind: "answer", step });
    if (end !== false) targets.push({ kind: "end", step });
    for (const { to, guard } of routes) {
      targets.push({ kind: "route", step, to });
      if (guard !== undefined) targets.push(...guardTargets(step, routeGuard(to)));
    }
    for (const held of tools) {
      const { name: tool, available } = held;
      for (const outcome of outcomesOf(held)) targets.push({ kind: "tool", step, tool, outcome });
      if (available !== undefined) targets.push(...guardTargets(step, toolGuard(tool)));
      const needsApproval = approvalOf(held);
      if (needsApproval === false) continue;
      targets.push({ kind: "approval", step, tool, isAsked: true });
      if (needsApproval !== true) targets.push({ kind: "approval", step, tool, isAsked: false });
    }
  }
  return targets;
}

/** The name of a route's guard within its step. */
export function routeGuard(to: string): string {
  return `route to ${to}`;
}

/** The name of a tool's guard within a step. */
export function toolGuard(tool: string): string {
  return `tool ${tool}`;
}

function guardTargets(step: string, guard: string): Target[] {
  return [true, false].map((isOpen) => ({ kind: "guard", step, guard, isOpen }));
}
