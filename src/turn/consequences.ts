/**
 * Events that a decision entails.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import { callKeyOf, type EventDraft } from "../history/event.ts";

/**
 * Returns the events that are committed together with a decision, beside itself:
 * its move, its end, or the start of its calls; a call that needs approval begins
 * with the question.
 *
 * @param decision The decision.
 * @param seq Sequence number that its event will have.
 * @param from Session and step in which it was made.
 * @param needsApproval Returns true if a person must allow the call at that place.
 */
export function consequences(
  decision: Decision,
  seq: number,
  from: { readonly sessionId: string; readonly step: string },
  needsApproval: (tool: string, call: number) => boolean,
): readonly EventDraft[] {
  switch (decision.action) {
    case "RESPOND":
      return [];
    case "MOVE":
      return [{ type: "moved", from: from.step, to: decision.step }];
    case "END":
      return [{ type: "ended" }];
    case "TOOL_CALL":
      return decision.calls.map(({ tool, args }, call): EventDraft => {
        const callKey = callKeyOf(from.sessionId, seq, call);
        return needsApproval(tool, call)
          ? { type: "approval_requested", callKey, call, tool, args, reason: "approval", hash: "" }
          : { type: "tool_started", callKey, call, tool };
      });
    default:
      return decision satisfies never;
  }
}
