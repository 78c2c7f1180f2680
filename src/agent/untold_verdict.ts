/**
 * What a person decided about the session of a call, and told its caller.
 *
 * @module
 */
import type { Verdict } from "../turn/approval.ts";
import type { ApprovalGivenEvent } from "../history/event.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { ChildCall } from "./child_call.ts";

/**
 * The first verdict that the caller's log has and the session's has not; undefined
 * if it was told of all. A call may be asked about more than once, so verdicts are
 * matched one by one: an old one is never taken for the answer to a new question.
 */
export function untoldVerdict(
  { caller, decision, call, context: { callKey: own } }: ChildCall,
  { log }: LiveSession,
): Verdict | undefined {
  const told = new Map<string, number>();
  for (const event of log.events) {
    if (event.type === "approval_given") {
      told.set(event.callKey, (told.get(event.callKey) ?? 0) + 1);
    }
  }
  const hashes = new Map<string, string>();
  for (const event of caller.log.events.slice(decision + 1)) {
    if (event.type === "approval_requested") hashes.set(event.callKey, event.hash);
    if (event.type !== "approval_given" || event.call !== call || event.callKey === own) continue;
    const { callKey } = event;
    const count = told.get(callKey) ?? 0;
    if (count > 0) told.set(callKey, count - 1);
    else if (log.position.pending?.waiting?.has(callKey)) {
      return verdictOf(event, hashes.get(callKey));
    }
  }
  return undefined;
}

function verdictOf(event: ApprovalGivenEvent, hash: string | undefined): Verdict {
  const { callKey, verdict: kind, text = "" } = event;
  switch (kind) {
    case "approved":
      return { kind, callKey, hash };
    case "denied":
      return { kind, callKey, reason: text };
    case "settled":
      return { kind, callKey, result: text };
    default:
      return kind satisfies never;
  }
}
