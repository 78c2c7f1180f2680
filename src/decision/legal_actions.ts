/**
 * What a model may choose at one point of a session.
 *
 * @module
 */
import type { Action } from "./decision.ts";

/** The actions, routes and tools that are open: what the decision schema is built from. */
export interface LegalActions {
  /** The actions, in the order RESPOND, TOOL_CALL, MOVE, END. */
  readonly actions: readonly Action[];
  /** The steps that MOVE may name, in the author's order. */
  readonly routes: readonly string[];
  /** The tools that TOOL_CALL may name, sorted. */
  readonly tools: readonly string[];
}

/** What an invalid decision tried to do. The next request is constrained to it. */
export interface Attempt {
  /** The action. */
  readonly action: Action;
  /** The tools that were called, sorted; only with TOOL_CALL, only tools that are legal. */
  readonly tools?: readonly string[];
}

/** An attempt that failed, and how often in a row. */
export interface Constraint extends Attempt {
  /** How often in a row it failed: after two failures RESPOND is legal again. */
  readonly failures: number;
}

/** How often an attempt may fail before the model may answer the user instead. */
const FAILURES_BEFORE_RESPOND = 2;

/** A short text for a constraint: equal texts constrain equally. */
export function constraintKey(constraint: Constraint | undefined): string {
  if (constraint === undefined) return "";
  const may = constraint.failures >= FAILURES_BEFORE_RESPOND ? "+RESPOND" : "";
  return `${constraint.action}${may} ${constraint.tools?.join(" ") ?? ""}`;
}

/** What stays legal under a constraint; all of it where the attempt itself is not legal. */
export function constrain(legal: LegalActions, constraint: Constraint | undefined): LegalActions {
  if (constraint === undefined || !legal.actions.includes(constraint.action)) return legal;
  const { action, tools, failures } = constraint;
  const mayRespond = failures >= FAILURES_BEFORE_RESPOND;
  const attempted = tools?.filter((tool) => legal.tools.includes(tool)) ?? [];
  return {
    actions: legal.actions.filter((one) => one === action || one === "RESPOND" && mayRespond),
    routes: action === "MOVE" ? legal.routes : [],
    tools: action !== "TOOL_CALL" ? [] : attempted.length > 0 ? attempted : legal.tools,
  };
}
