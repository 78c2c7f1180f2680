/**
 * Verdicts that were given to a parent session and not yet passed on to its child.
 *
 * @module
 */
import { requestsOf } from "../history/call.ts";
import type { SessionEvent } from "../history/event.ts";
import type { DeliveredVerdict } from "../turn/command.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { AgentCall } from "./agent_call.ts";

const VERDICTS: Readonly<
  Record<SessionEvent<"approval_given">["verdict"], DeliveredVerdict["verdict"]>
> = {
  approved: "approve",
  denied: "deny",
  settled: "settle",
  retried: "retry",
  expired: "expire",
};

/**
 * Returns the verdicts that are in the parent's log and not in the child's, about calls
 * that wait. A call may need more than one verdict, so they are counted, and each has the
 * hash of its request: an old verdict never answers a new question.
 */
export function listUndelivered(
  { parent, decision, call, context: { callKey: own } }: AgentCall,
  { log }: LiveSession,
): readonly DeliveredVerdict[] {
  const delivered = new Map<string, number>();
  for (const event of log.events) {
    if (event.type === "approval_given") {
      delivered.set(event.callKey, (delivered.get(event.callKey) ?? 0) + 1);
    }
  }
  const waiting = new Set(log.position.calls.flatMap(requestsOf).map(({ callKey }) => callKey));
  const hashes = new Map<string, string>();
  const verdicts: DeliveredVerdict[] = [];
  for (const event of parent.log.since(decision + 1)) {
    if (event.type === "approval_requested") hashes.set(event.callKey, event.hash);
    if (event.type !== "approval_given" || event.call !== call || event.callKey === own) continue;
    const { callKey } = event;
    const count = delivered.get(callKey) ?? 0;
    if (count > 0) delivered.set(callKey, count - 1);
    else if (waiting.has(callKey)) verdicts.push(toDelivered(event, hashes.get(callKey)));
  }
  // A fork asks again for the verdicts that its child had not received.
  return verdicts.filter(({ key, hash }) => hash === hashes.get(key));
}

function toDelivered(
  { callKey: key, verdict, text, args, isInput }: SessionEvent<"approval_given">,
  hash: string | undefined,
): DeliveredVerdict {
  return { key, verdict: VERDICTS[verdict], hash, args, isInput, reason: text, result: text };
}
