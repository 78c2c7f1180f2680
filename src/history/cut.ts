/**
 * Cuts of a log, for forks: events that are never separated, and the calls that were started.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { Call } from "./call.ts";
import type { SessionEvent } from "./event.ts";

/** Returns true if two consecutive events were committed together. */
export function areJoined(before: SessionEvent, event: SessionEvent): boolean {
  if (event.joined) return true;
  // Events of versions 1 and 2 have no `joined`; there it follows from the types.
  switch (event.type) {
    case "moved":
    case "ended":
      return before.type === "decision";
    case "tool_started":
      // If it were cut off, the call would run in both sessions.
      return true;
    case "approval_requested":
      // A request about a call that was running, or of a child session, is committed alone.
      return event.reason === "approval" && (before.type === "decision" ||
        "callKey" in before && decisionOf(before.callKey) === decisionOf(event.callKey));
    case "tool_finished":
      return before.type === "approval_given" && before.callKey === event.callKey;
    default:
      return false;
  }
}

/** Returns the part of an idempotency key that names the session and the decision. */
function decisionOf(callKey: string): string {
  return callKey.slice(0, callKey.lastIndexOf("/"));
}

/** Call that was started and has not finished, and how far its child session was. */
export interface StartedCall {
  readonly call: number;
  readonly callKey: string;
  readonly tool: string;
  /** True if its child session waits for a person. */
  readonly isSuspended: boolean;
  /** Last recorded length of its child's log; undefined if none is recorded. */
  readonly head: number | undefined;
}

/** Returns the calls that were started; `events` are those since the decision of the calls. */
export function listStartedCalls(
  calls: readonly Call[],
  events: readonly SessionEvent[],
): readonly StartedCall[] {
  return calls.flatMap((one, call): StartedCall[] => {
    if (one.state !== "running" && one.state !== "suspended") return [];
    const { callKey, tool, state } = one;
    const last = events.findLast((event) =>
      "head" in event && event.head !== undefined && event.call === call
    );
    const head = last !== undefined && "head" in last ? last.head : undefined;
    return [{ call, callKey, tool, isSuspended: state === "suspended", head }];
  });
}

/**
 * Returns the started calls whose child sessions have begun, for a fork, which copies them.
 *
 * @throws {ConfigError} if the log does not record how far one was, because version 2 wrote it.
 */
export function listBegunChildren(
  calls: readonly Call[],
  events: readonly SessionEvent[],
): readonly (StartedCall & { readonly head: number })[] {
  return listStartedCalls(calls, events).flatMap((started) => {
    const { head = 0, callKey, isSuspended } = started;
    if (head > 0) return [{ ...started, head }];
    if (!isSuspended) return [];
    throw new ConfigError(
      `Cannot fork a child session inside call ${quote(callKey)}: version 2 did not record how ` +
        "far its child session was: expected a place outside of the call",
    );
  });
}
