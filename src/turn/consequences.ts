/**
 * Events that follow from a decision.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import { callKeyOf, type EventDraft, type SessionName } from "../history/event.ts";

/**
 * Returns the events that are committed together with the event of a decision: its
 * move, the end of the session, or the start of its calls. A call that needs approval
 * has a request for approval instead of a start.
 *
 * @param decision Decision of the model.
 * @param seq Sequence number of its event.
 * @param session Session in which it was made.
 * @param step Step in which it was made.
 * @param needsApproval Returns true if the call with that index needs approval.
 */
export function consequences(
  decision: Decision,
  seq: number,
  session: SessionName,
  step: string,
  needsApproval: (tool: string, call: number) => boolean,
): readonly EventDraft[] {
  switch (decision.action) {
    case "RESPOND":
      return [];
    case "MOVE":
      return [{ type: "moved", from: step, to: decision.step }];
    case "END":
      return [{ type: "ended" }];
    case "TOOL_CALL":
      return decision.calls.map(({ tool, args }, call): EventDraft => {
        const callKey = callKeyOf(session, seq, call);
        return needsApproval(tool, call)
          ? { type: "approval_requested", callKey, call, tool, args, reason: "approval", hash: "" }
          : { type: "tool_started", callKey, call, tool };
      });
    default:
      return decision satisfies never;
  }
}
