/**
 * Choices of whoever plays the model.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import { type HeldTool, toolInternals } from "../../tool/tool_internals.ts";

/** Outcome of a played tool call; `"denied"` only where the tool needs approval. */
export type ToolOutcome =
  | "success"
  | "error"
  | "redirected"
  | "timeout"
  | "invalid arguments"
  | "denied";

/** The outcomes of a tool that asks nobody, the plain one first. */
const RUN_OUTCOMES: readonly ToolOutcome[] = [
  "success",
  "error",
  "redirected",
  "timeout",
  "invalid arguments",
];

/** Returns the outcomes that calls of any of these tools can have. */
export function outcomesOf(...tools: readonly HeldTool[]): readonly ToolOutcome[] {
  const mayAsk = tools.some((tool) => toolInternals(tool).needsApproval !== false);
  return mayAsk ? [...RUN_OUTCOMES, "denied"] : RUN_OUTCOMES;
}

/** A choice, in no form yet that a model would write. */
export type Move =
  | { readonly action: "RESPOND" | "END" }
  | { readonly action: "MOVE"; readonly step: string }
  | { readonly action: "TOOL_CALL"; readonly tool: string } & PlayedOutcome;

/** The outcome of a call, and who is asked about it. */
export interface PlayedOutcome {
  readonly outcome: ToolOutcome;
  /** If false, no person is asked, where a function of the tool decides that. Default: true. */
  readonly isAsked?: boolean;
}

/** One place of a plan. */
export interface PlannedMove {
  /** The choice. Default: whatever brings the conversation to rest. */
  readonly move?: Move;
  /** The guard that does not let pass while it is made. Default: all do. */
  readonly closed?: string;
}

/** Returns every choice that is open, in the order of the actions; each tool is called the same way. */
export function openMoves(
  { actions, tools, routes }: LegalActions,
  { outcome, isAsked = true }: PlayedOutcome = { outcome: "success" },
): Move[] {
  return actions.flatMap((action): Move[] => {
    switch (action) {
      case "TOOL_CALL":
        return tools.map((tool) => ({ action, tool, outcome, isAsked }));
      case "MOVE":
        return routes.map((step) => ({ action, step }));
      default:
        return [{ action }];
    }
  });
}

/** Returns true if a choice is among those that are open. */
export function isLegal(move: Move, legal: LegalActions): boolean {
  const open = openMoves(legal, move.action === "TOOL_CALL" ? move : undefined);
  return open.map(describeMove).includes(describeMove(move));
}

/** A choice in words. */
export function describeMove(move: Move): string {
  switch (move.action) {
    case "RESPOND":
    case "END":
      return move.action.toLowerCase();
    case "MOVE":
      return `move to ${move.step}`;
    case "TOOL_CALL": {
      const { tool, outcome, isAsked } = move;
      return `call ${tool} (${outcome}${isAsked === false ? ", not asked" : ""})`;
    }
  }
}
