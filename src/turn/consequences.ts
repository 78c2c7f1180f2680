/**
 * Events that follow from a decision.
 *
 * @module
 */
import type { Decision, ToolCall } from "../decision/decision.ts";
import type { EventDraft, ShownArgs } from "../history/event.ts";
import { callKeyOf, type SessionName } from "../history/session_name.ts";
import { draftApproval } from "./call/approval.ts";

/**
 * Returns the events that are committed together with the event of a decision: its
 * move, the end of the session, or the start of its calls. A call that needs approval
 * has a request for approval instead of a start.
 *
 * @param decision Decision of the model.
 * @param seq Sequence number of its event.
 * @param session Session in which it was made.
 * @param step Step in which it was made.
 * @param asks Returns the arguments to show if the call with that index needs approval.
 */
export function consequences(
  decision: Decision,
  seq: number,
  session: SessionName,
  step: string,
  asks: (call: ToolCall, index: number) => ShownArgs | undefined,
): readonly EventDraft[] {
  switch (decision.action) {
    case "RESPOND":
      return [];
    case "MOVE":
      return [{ type: "moved", from: step, to: decision.step }];
    case "END":
      return [{ type: "ended" }];
    case "TOOL_CALL":
      return decision.calls.map((one, call): EventDraft => {
        const place = { callKey: callKeyOf(session, seq, call), call, tool: one.tool };
        const shown = asks(one, call);
        return shown === undefined
          ? { type: "tool_started", ...place }
          : draftApproval(place, shown, "approval");
      });
    default:
      return decision satisfies never;
  }
}
