/**
 * Moves of a played model.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import { mayNeedApproval, type StepTool } from "../../tool/tool_internals.ts";

/** Outcome of a played tool call. `"denied"` requires a tool that needs approval. */
export type ToolOutcome =
  | "success"
  | "error"
  | "redirected"
  | "timeout"
  | "invalid arguments"
  | "denied";

/** Outcomes of a tool that never needs approval, simplest first. */
const RUN_OUTCOMES: readonly ToolOutcome[] = [
  "success",
  "error",
  "redirected",
  "timeout",
  "invalid arguments",
];

/** Returns the possible outcomes of calls of any of these tools. */
export function outcomesOf(...tools: readonly StepTool[]): readonly ToolOutcome[] {
  const mayAsk = tools.some(mayNeedApproval);
  return mayAsk ? [...RUN_OUTCOMES, "denied"] : RUN_OUTCOMES;
}

/** An action of the played model, without its texts and arguments. */
export type Move =
  | { readonly action: "RESPOND" | "END" }
  | { readonly action: "MOVE"; readonly step: string }
  | { readonly action: "TOOL_CALL"; readonly tool: string } & PlayedOutcome;

/** The outcome of a played call, and whether it needs approval. */
interface PlayedOutcome {
  readonly outcome: ToolOutcome;
  /** Return value of the tool's `needsApproval` function, if it has one. Default: true. */
  readonly isAsked?: boolean;
}

/** One move of a plan. */
export interface PlannedMove {
  /** The move. Default: one that ends the turn, or leads towards a step that can end it. */
  readonly move?: Move;
  /** Name of the guard that is closed during the move. Default: none. */
  readonly closed?: string;
}

/** Lists the legal moves in the order of the actions. All tool calls have the given outcome. */
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

/** Returns true if a move is legal. */
export function isLegal(move: Move, legal: LegalActions): boolean {
  const open = openMoves(legal, move.action === "TOOL_CALL" ? move : undefined);
  return open.map(describeMove).includes(describeMove(move));
}

/** Describes a move in words. */
export function describeMove(move: Move): string {
  switch (move.action) {
    case "RESPOND":
    case "END":
      return move.action.toLowerCase();
    case "MOVE":
      return `move to ${move.step}`;
    case "TOOL_CALL": {
      const { tool, outcome, isAsked } = move;
      return `call ${tool} (${outcome}${isAsked === false ? ", without approval" : ""})`;
    }
  }
}
