/**
 * Verdicts that were given to a parent session and not yet passed on to its child.
 *
 * @module
 */
import type { Verdict } from "../turn/command.ts";
import { requestsOf } from "../history/call.ts";
import type { SessionEvent } from "../history/event.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { AgentCall } from "./agent_call.ts";

/**
 * Returns the first verdict that is in the parent's log and not in the child's; undefined
 * if there is none. A call may need more than one verdict, so they are matched one by
 * one: an old verdict never answers a new question.
 */
export function findUndeliveredVerdict(
  { parent, decision, call, context: { callKey: own } }: AgentCall,
  { log }: LiveSession,
): Verdict | undefined {
  const delivered = new Map<string, number>();
  for (const event of log.events) {
    if (event.type === "approval_given") {
      delivered.set(event.callKey, (delivered.get(event.callKey) ?? 0) + 1);
    }
  }
  const waiting = new Set(log.position.calls.flatMap(requestsOf).map(({ callKey }) => callKey));
  const hashes = new Map<string, string>();
  for (const event of parent.log.events.slice(decision + 1)) {
    if (event.type === "approval_requested") hashes.set(event.callKey, event.hash);
    if (event.type !== "approval_given" || event.call !== call || event.callKey === own) continue;
    const { callKey } = event;
    const count = delivered.get(callKey) ?? 0;
    if (count > 0) delivered.set(callKey, count - 1);
    else if (waiting.has(callKey)) {
      return buildVerdict(event, hashes.get(callKey));
    }
  }
  return undefined;
}

function buildVerdict(event: SessionEvent<"approval_given">, hash: string | undefined): Verdict {
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
