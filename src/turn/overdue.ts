/**
 * Finishing what a cut tore apart: a fork, or a state somebody shortened, may end
 * between an event and what is always committed together with it.
 *
 * @module
 */
import { addHashes, needsApproval } from "./approval.ts";
import {
  type ApprovalGivenEvent,
  callKeyOf,
  type DecisionEvent,
  type SessionEvent,
} from "../history/event.ts";
import type { LiveSession } from "./live_session.ts";
import { schemaOf } from "../tool/tool.ts";

/**
 * The events that should stand at the end of the log and do not; undefined if
 * nothing is missing, as in every log that was not cut.
 *
 * @throws {GuardError} if a tool's `needsApproval` fails.
 */
export function overdueEvents(session: LiveSession): Promise<SessionEvent[]> | undefined {
  const { log } = session;
  const { pending } = log.position;
  const last = log.at(log.head - 1);
  if (last?.type === "approval_given") return overdueVerdict(session, last);
  if (pending !== undefined) {
    const isTorn = pending.calls.some((_, call) => pending.callKeys[call] === undefined);
    return isTorn ? overdueCalls(session) : undefined;
  }
  return last?.type === "decision" ? overdueEffect(session, last) : undefined;
}

/** The move, or the end, that a decision is. */
function overdueEffect(
  { log: { head: seq }, agent: { clock, graph } }: LiveSession,
  { step, decision }: DecisionEvent,
): Promise<SessionEvent[]> | undefined {
  if (decision.action === "END") return Promise.resolve([{ seq, time: clock(), type: "ended" }]);
  // Where the step is gone, the model is asked again.
  if (decision.action !== "MOVE" || !graph.steps.has(decision.step)) return undefined;
  const { step: to } = decision;
  return Promise.resolve([{ seq, time: clock(), type: "moved", from: step, to }]);
}

/** The beginning of calls of which neither it nor a question about it is in the log. */
async function overdueCalls(session: LiveSession): Promise<SessionEvent[]> {
  const { log, agent, step } = session;
  const { calls, callKeys, decision } = log.position.pending!;
  const events: SessionEvent[] = [];
  const time = agent.clock();
  for (const [call, { tool: name, args }] of calls.entries()) {
    if (callKeys[call] !== undefined) continue;
    const base = { seq: log.head + events.length, time };
    const callKey = callKeyOf(session.id, decision, call);
    const tool = step.tools.find((one) => one.name === name);
    // A call that is not possible any more fails when it is made.
    const result = tool && await schemaOf(tool).validate(args);
    const isAsked = result !== undefined && result.issues === undefined &&
      needsApproval(session, name, result.value);
    events.push(
      isAsked
        ? {
          ...base,
          type: "approval_requested",
          callKey,
          call,
          tool: name,
          args,
          reason: "approval",
          hash: "",
        }
        : { ...base, type: "tool_started", callKey, call, tool: name },
    );
  }
  await addHashes(events);
  return events;
}

/** What follows from a verdict for the call itself. */
function overdueVerdict(
  { log, agent }: LiveSession,
  { callKey, call, verdict, text }: ApprovalGivenEvent,
): Promise<SessionEvent[]> | undefined {
  const request = log.events.findLast((event) =>
    event.type === "approval_requested" && event.callKey === callKey
  );
  const { pending } = log.position;
  if (request?.type !== "approval_requested" || pending?.callKeys[call] !== callKey) {
    return undefined;
  }
  const { tool, reason } = request;
  const base = { seq: log.head, time: agent.clock() };
  if (verdict !== "approved") {
    const outcome = verdict === "denied" ? "denied" : "ok";
    const type = "tool_finished";
    return Promise.resolve([{ ...base, type, callKey, call, tool, outcome, text: text ?? "" }]);
  }
  if (reason !== "approval") return undefined;
  return Promise.resolve([{ ...base, type: "tool_started", callKey, call, tool }]);
}

/** The keys of the calls that events begin: none of them can have been running before. */
export function begunBy(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => event.type === "tool_started" ? [event.callKey] : []);
}
