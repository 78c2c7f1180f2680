/**
 * What comes next in a turn: a pure function of where the session stands.
 *
 * @module
 */
import type { FallbackEvent, LimitReason } from "../history/event.ts";
import { isAllWaiting, LOOP_LENGTH, type Position } from "../history/position.ts";

/** What may come next. Each is handled in one place of the loop. */
export type NextStage =
  | { readonly kind: "decide" }
  | { readonly kind: "call" }
  | { readonly kind: "approval" }
  | { readonly kind: "fallback"; readonly reason: FallbackEvent["reason"] }
  | { readonly kind: "limit"; readonly reason: LimitReason };

/** What a turn may cost. */
export interface TurnLimits {
  /** How many errors in a row a turn may have. */
  readonly maxErrors: number;
  /** How many decisions a turn may have before an answer is asked for. */
  readonly maxIterations: number;
}

const DECIDE: NextStage = { kind: "decide" };
const CALL: NextStage = { kind: "call" };
const APPROVAL: NextStage = { kind: "approval" };

/** What comes next; `auto` says that the current step cannot answer the user. */
export function nextStage(position: Position, limits: TurnLimits, auto: boolean): NextStage {
  const { pending } = position;
  if (pending !== undefined) {
    return pending.waiting !== undefined && isAllWaiting(pending) ? APPROVAL : CALL;
  }
  if (position.errors > limits.maxErrors) return { kind: "limit", reason: "errors" };
  const reason = position.repeats >= LOOP_LENGTH
    ? "loop"
    : position.decisions >= limits.maxIterations
    ? "iterations"
    : undefined;
  if (reason === undefined || position.isFallback) return DECIDE;
  return auto ? { kind: "limit", reason } : { kind: "fallback", reason };
}
