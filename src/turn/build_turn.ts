/**
 * Building the result of a turn from its session.
 *
 * @module
 */
import { pendingApprovals } from "../history/call.ts";
import { captureChildren } from "./capture_state.ts";
import type { TurnCommand } from "./command.ts";
import type { LiveSession } from "./live_session.ts";
import { Turn } from "./turn.ts";

/** Returns the turn that began with the event `from`, in the current state of the session. */
export function buildTurn(session: LiveSession, from: number, response: unknown): Turn {
  const { owner, data, log, restingStatus: status, prompts } = session;
  return new Turn({
    owner,
    log: log.events,
    from,
    step: log.position.step,
    data,
    status,
    response,
    prompt: prompts?.report,
    children: captureChildren(session, session.keepsChildren),
    thrown: session.thrown,
    approvals: status === "needs_approval" ? pendingApprovals(log.position.calls) : [],
  });
}

/** Returns the result of a turn that was aborted before it could write anything. */
export async function buildUnwritten(session: LiveSession, command: TurnCommand): Promise<Turn> {
  await session.durability!.load();
  const { owner, data, log: { events, head, position: { step } } } = session;
  const input = command.kind === "input" ? command.given : undefined;
  const none = { prompt: undefined, children: undefined, response: undefined, thrown: undefined };
  return new Turn({
    owner,
    log: events,
    from: head,
    step,
    data,
    status: "interrupted",
    input,
    approvals: [],
    ...none,
  });
}
