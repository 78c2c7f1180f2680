/**
 * One choice of whoever plays the model.
 *
 * @module
 */
import type { LegalActions } from "../../decision/legal_actions.ts";
import type { ToolOutcome } from "./target.ts";

/** What is to be chosen next, in no form yet that a model would write. */
export type Move =
  | { readonly kind: "respond" }
  | { readonly kind: "end" }
  | { readonly kind: "move"; readonly to: string }
  | {
    readonly kind: "call";
    readonly tool: string;
    readonly outcome: ToolOutcome;
    /** Whether a person is asked, where a function of the tool decides that. Default: true. */
    readonly isAsked?: boolean;
  };

/** One place of a plan. */
export interface PlannedMove {
  /** The choice. Default: whatever brings the conversation to rest. */
  readonly move?: Move;
  /** The guard that does not let pass while it is made. Default: all do. */
  readonly closed?: string;
}

/** Whether a choice is among what is open. */
export function isLegal(move: Move, legal: LegalActions): boolean {
  switch (move.kind) {
    case "respond":
      return legal.actions.includes("RESPOND");
    case "end":
      return legal.actions.includes("END");
    case "move":
      return legal.actions.includes("MOVE") && legal.routes.includes(move.to);
    case "call":
      return legal.actions.includes("TOOL_CALL") && legal.tools.includes(move.tool);
    default:
      return move satisfies never;
  }
}

/** Every choice that is open, in the order of the actions; each tool is called the same way. */
export function openMoves(
  legal: LegalActions,
  call: Pick<Move & { kind: "call" }, "outcome" | "isAsked"> = { outcome: "success" },
): Move[] {
  const moves: Move[] = [];
  for (const action of legal.actions) {
    switch (action) {
      case "RESPOND":
        moves.push({ kind: "respond" });
        break;
      case "TOOL_CALL":
        for (const tool of legal.tools) moves.push({ kind: "call", tool, ...call });
        break;
      case "MOVE":
        for (const to of legal.routes) moves.push({ kind: "move", to });
        break;
      case "END":
        moves.push({ kind: "end" });
        break;
      default:
        action satisfies never;
    }
  }
  return moves;
}

/** A choice in words. */
export function describeMove(move: Move): string {
  switch (move.kind) {
    case "respond":
      return "respond";
    case "end":
      return "end";
    case "move":
      return `move to ${move.to}`;
    case "call":
      return `call ${move.tool} (${move.outcome}${move.isAsked === false ? ", not asked" : ""})`;
    default:
      return move satisfies never;
  }
}
