/**
 * What a person decided about the session of a call, and told its caller.
 *
 * @module
 */
import type { Verdict } from "../turn/command.ts";
import { requestsOf } from "../history/call.ts";
import type { SessionEvent } from "../history/event.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { AgentCall } from "./child_call.ts";

/**
 * The first verdict that the caller's log has and the session's has not; undefined
 * if it was told of all. A call may be asked about more than once, so verdicts are
 * matched one by one: an old one is never taken for the answer to a new question.
 */
export function untoldVerdict(
  { parent, decision, call, context: { callKey: own } }: AgentCall,
  { log }: LiveSession,
): Verdict | undefined {
  const told = new Map<string, number>();
  for (const event of log.events) {
    if (event.type === "approval_given") {
      told.set(event.callKey, (told.get(event.callKey) ?? 0) + 1);
    }
  }
  const waiting = new Set(log.position.calls.flatMap(requestsOf).map(({ callKey }) => callKey));
  const hashes = new Map<string, string>();
  for (const event of parent.log.events.slice(decision + 1)) {
    if (event.type === "approval_requested") hashes.set(event.callKey, event.hash);
    if (event.type !== "approval_given" || event.call !== call || event.callKey === own) continue;
    const { callKey } = event;
    const count = told.get(callKey) ?? 0;
    if (count > 0) told.set(callKey, count - 1);
    else if (waiting.has(callKey)) {
      return verdictOf(event, hashes.get(callKey));
    }
  }
  return undefined;
}

function verdictOf(event: SessionEvent<"approval_given">, hash: string | undefined): Verdict {
  const { callKey, verdict, text = "" } = event;
  switch (verdict) {
    case "approved":
      return { approve: callKey, hash };
    case "denied":
      return { deny: callKey, reason: text };
    case "settled":
      return { settle: callKey, result: text };
    default:
      return verdict satisfies never;
  }
}
