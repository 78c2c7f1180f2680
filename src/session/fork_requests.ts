/**
 * Requests of a fork for calls that may also run in the original session.
 *
 * @module
 */
import { findTool, requireStep } from "../graph/graph.ts";
import { listOpenCalls, type OpenCall, requestsOf } from "../history/call.ts";
import { listBegunChildren } from "../history/cut.ts";
import type { AddedEvents } from "../history/durability.ts";
import type { EventDraft, ShownArgs } from "../history/event.ts";
import { Log } from "../history/log.ts";
import { callKeyOf, type SessionName } from "../history/session_name.ts";
import { type StepTool, toolInternals } from "../tool/tool_internals.ts";
import { completeRequests, draftApproval, showArgs } from "../turn/call/approval.ts";
import { forwardRequests } from "../turn/call/calls.ts";
import { prepareChildOf } from "../turn/call/prepare_call.ts";
import { LiveSession } from "../turn/live_session.ts";
import { findStart } from "./read_state.ts";

/** Name of a fork, and the id of its original session. */
interface ForkNames {
  readonly name: SessionName;
  readonly original: string;
}

/** Log of a session or child in a fork, with the events that are added there. */
interface Asked extends AddedEvents {
  readonly log: Log;
}

/**
 * Builds the requests of a fork, and of the copies of its children, for the calls that are open
 * at the cut. A verdict that a child had not received there is asked for again.
 *
 * @param at Number of events of the session or child that are copied.
 * @throws {StateError} if a child is in a step that its agent lacks.
 */
export async function askAgain(
  original: LiveSession,
  at: number,
  fork: ForkNames,
): Promise<Asked> {
  const { agent, id, incarnation, context, durability, log: { events, position } } = original;
  const past = events.slice(0, at);
  const log = new Log(findStart(events, position.step), past, { now: agent.clock });
  const { calls, decision } = log.position;
  requireStep(agent.graph, log.position.step);
  // Opening a child in memory replaces its state in this map.
  const children = new Map(original.children);
  const cut = new LiveSession(agent, id, context, log, {
    initialData: original.initialData,
    incarnation,
    durability,
    children,
  });
  const asked = new Map<number, Asked>();
  const forwarded: EventDraft[] = [];
  for (const { call, head } of listBegunChildren(calls, past.slice(decision))) {
    const child = await (await prepareChildOf(cut, { ...calls[call]!, call }))?.find();
    if (child === undefined) continue;
    const below = await askAgain(child, head, fork);
    asked.set(call, below);
    const requests = below.log.position.calls.flatMap(requestsOf);
    forwarded.push(...forwardRequests(cut, call, requests, { head: below.log.head }));
  }
  const own = await Promise.all(
    listOpenCalls(calls, log.head).map((open) => buildForkRequests(cut, open, fork)),
  );
  const { name } = fork;
  const asking = { log, agent, step: cut.step, id: `${name.id}~${name.incarnation}` };
  const drafts = await completeRequests(asking, [...own.flat(), ...forwarded]);
  return { log, events: await log.append(drafts), children: asked };
}

/**
 * Returns the request for a call that may also run in the original session: one that waits or
 * was allowed, or one of a `once` tool that has not started.
 */
async function buildForkRequests(
  session: LiveSession,
  open: OpenCall,
  { original: alsoIn }: ForkNames,
): Promise<readonly EventDraft[]> {
  const { state, call, tool: name, args, allowed, hasBegun } = open;
  const tool = findTool(session.step, name);
  const mayRun = state === "new" && (allowed !== undefined || tool?.once === true);
  if (state !== "waiting" && !mayRun) return [];
  const callKey = open.callKey ?? callKeyOf(session, session.log.position.decision, call);
  const shown = state === "waiting" ? open.request : allowed ?? await showValidated(tool!, args);
  const reason = state === "waiting" ? open.request.reason : hasBegun ? "unknown" : "approval";
  return [{ ...draftApproval({ callKey, call, tool: name }, shown, reason), alsoIn }];
}

/** Validates arguments, and returns those to show to a person. */
async function showValidated(tool: StepTool, args: ShownArgs["args"]): Promise<ShownArgs> {
  const result = await toolInternals(tool).schema.validate(args);
  return result.issues ? { args, isInput: true } : showArgs(result.value, args);
}
