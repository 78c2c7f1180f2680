/**
 * Events that were committed together: a fork never separates them.
 *
 * @module
 */
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
