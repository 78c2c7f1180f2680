/**
 * The next action of a turn: a pure function of the session's position.
 *
 * @module
 */
import { findTool, type Step } from "../graph/graph.ts";
import { isBlocked, listOpenCalls, type OpenCall } from "../history/call.ts";
import type { EventDraft, SessionEvent } from "../history/event.ts";
import type { Position, RespondOnlyReason } from "../history/position.ts";

/** Next action of a turn. The loop carries it out. */
export type Next =
  | { readonly do: "stop" }
  | { readonly do: "ask" }
  | { readonly do: "call"; readonly calls: readonly OpenCall[] }
  | { readonly do: "commit"; readonly drafts: readonly EventDraft[] };

/** Limits of a turn other than its usage. */
export interface TurnLimits {
  /** Maximum number of errors in a row. */
  readonly maxErrors: number;
  /** Maximum number of decisions; then the model may only respond. */
  readonly maxIterations: number;
  /** Number of identical rounds of calls in a row that counts as a loop; a tool may have its own. */
  readonly maxRepeats: number;
}

/** The running turn, as far as the plan depends on it. */
export interface TurnSoFar {
  /** Sequence number of its first event. */
  readonly from: number;
  /** Sequence number after the last calls that ran in it; that of its first event before any. */
  readonly ranUntil: number;
  /** Last event that it committed. */
  readonly last: SessionEvent | undefined;
  /** Option `stopAfter`; see `TurnOptions`. */
  readonly stopAfter: "tool" | "move" | undefined;
  /** Returns the event of a reached usage limit that forbids this work; undefined if there is none. */
  readonly limitReached: (work: "model" | "tools") => EventDraft<"limit"> | undefined;
}

const STOP: Next = { do: "stop" };
const ASK: Next = { do: "ask" };

/** Returns the next action of a turn: stop, ask the model, run calls, or commit events. */
export function plan(
  position: Position,
  turn: TurnSoFar,
  step: Step,
  limits: TurnLimits,
): Next {
  if (isOver(turn.last)) return STOP;
  const open = listOpenCalls(position.calls, turn.from);
  if (shouldStop(turn, open)) return STOP;
  if (open.length > 0) return planCalls(open, turn);
  const reached = turn.limitReached("model");
  if (reached !== undefined) return { do: "commit", drafts: [reached] };
  const { respondOnly } = position;
  if (respondOnly !== null) {
    // Only one request offers RESPOND alone; if its answer was refused, the turn ends.
    return respondOnly.isRefused ? commitLimit(respondOnly.reason) : ASK;
  }
  const reason = findReachedLimit(position, step, limits);
  if (reason === undefined) return ASK;
  return step.auto
    ? commitLimit(reason)
    : { do: "commit", drafts: [{ type: "respond_only", reason }] };
}

/** Returns true if an event ends its turn: nothing is appended after it. */
export function isOver(last: EventDraft | undefined): boolean {
  if (last?.type === "decision") return last.decision.action === "RESPOND";
  return last?.type === "ended" || last?.type === "limit";
}

function shouldStop({ last, stopAfter }: TurnSoFar, open: readonly OpenCall[]): boolean {
  if (stopAfter === "move") return last?.type === "moved";
  return stopAfter === "tool" && last?.type === "tool_finished" && open.length === 0;
}

function planCalls(open: readonly OpenCall[], turn: TurnSoFar): Next {
  const ready = open.filter((call) => !isBlocked(call));
  if (ready.length === 0) return STOP;
  // An agent that was called stops at a limit of model calls, too, and does not end its call.
  const reached = turn.limitReached("tools") ??
    (turn.last?.type === "tool_suspended" ? turn.limitReached("model") : undefined);
  if (reached === undefined) return { do: "call", calls: ready };
  return { do: "commit", drafts: [...deferCalls(open, turn.ranUntil), reached] };
}

/** Returns the events of calls that were started in a turn that ends before it runs them. */
export function deferCalls(open: readonly OpenCall[], ranUntil: number): readonly EventDraft[] {
  return open.flatMap((one): EventDraft[] => {
    if (one.state !== "running" || one.isContinued || one.since < ranUntil) return [];
    const { callKey, call, tool } = one;
    return [{ type: "tool_deferred", callKey, call, tool }];
  });
}

/** Returns the reached limit of errors, repeats or decisions; undefined if none is reached. */
function findReachedLimit(
  { errors, decisions, repeats, lastRound }: Position,
  step: Step,
  { maxErrors, maxIterations, maxRepeats }: TurnLimits,
): RespondOnlyReason | undefined {
  if (errors > maxErrors) return "errors";
  // The tool with the highest limit decides for the whole round.
  const most = lastRound.map(({ tool }) => findTool(step, tool)?.maxRepeats ?? maxRepeats);
  if (repeats > 0 && repeats >= Math.max(...most)) return "loop";
  return decisions >= maxIterations ? "iterations" : undefined;
}

function commitLimit(reason: RespondOnlyReason): Next {
  return { do: "commit", drafts: [{ type: "limit", reason }] };
}
