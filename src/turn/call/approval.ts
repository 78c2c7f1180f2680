/**
 * Requests for the approval of tool calls by a person.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { findTool, type Step } from "../../graph/graph.ts";
import { callPredicate } from "../../graph/guard.ts";
import type { ApprovalRequest } from "../../history/call.ts";
import type { EventDraft, SessionEvent, ShownArgs } from "../../history/event.ts";
import { copyJson, isPlainObject } from "../../json/json.ts";
import { sha256 } from "../../json/text.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { LiveSession } from "../live_session.ts";

/**
 * Returns true if a call needs the approval of a person.
 *
 * @throws {GuardError} if the tool's `needsApproval` throws, or does not return a boolean.
 */
export function needsApproval(
  step: Step,
  tool: string,
  args: unknown,
  session: Pick<LiveSession, "guardContext" | "observers">,
): boolean {
  if (!step.asksForApproval) return false;
  const needs = toolInternals(findTool(step, tool)!).needsApproval;
  if (typeof needs === "boolean") return needs;
  return callPredicate(
    () => needs(args, session.guardContext),
    "needsApproval",
    () => `a call of tool ${quote(tool)} needs approval`,
    session.observers?.onWork?.({ kind: "guard", name: tool }),
  );
}

/**
 * Returns the arguments to show to a person: the output of the tool's schema, which then
 * runs as it is shown; or its input, if the output is not plain JSON.
 */
export function showArgs(output: unknown, input: ShownArgs["args"]): ShownArgs {
  const args = copyPlain(output);
  return args === undefined ? { args: input, isInput: true } : { args };
}

/** Returns a copy of a value if it is an object that JSON does not change; otherwise undefined. */
export function copyPlain(value: unknown): ShownArgs["args"] | undefined {
  try {
    const copy: unknown = copyJson(value);
    return isPlainObject(copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a request without its hash; see `completeRequests()`. */
export function draftApproval(
  place: { readonly callKey: string; readonly call: number; readonly tool: string },
  { args, isInput }: ShownArgs,
  reason: "approval" | "unknown",
): EventDraft<"approval_requested"> {
  const shown = { args, ...(isInput && { isInput }) };
  return { type: "approval_requested", ...place, ...shown, reason, hash: "" };
}

/**
 * Appends events to the log of a session, requests for approval with their hashes.
 *
 * @param isLast True if the turn appends nothing else. @default {false}
 */
export function appendDrafts(
  session: LiveSession,
  drafts: readonly EventDraft[],
  isLast = false,
): Promise<readonly SessionEvent[]> {
  const { log } = session;
  return drafts.some(isIncomplete)
    ? completeRequests(session, drafts).then((complete) => log.append(complete, isLast))
    : log.append(drafts, isLast);
}

/**
 * Adds the hash and the time of expiry to requests that are about to be appended.
 *
 * @param id Id of the session. For requests of a fork, text that no other fork has.
 */
export async function completeRequests(
  { log, agent, step, id }: Pick<LiveSession, "log" | "agent" | "step" | "id">,
  drafts: readonly EventDraft[],
): Promise<readonly EventDraft[]> {
  return await Promise.all(drafts.map(async (draft, place): Promise<EventDraft> => {
    if (!isIncomplete(draft)) return draft;
    const hash = await hashRequest({ ...draft, seq: log.head + place }, id);
    const tool = findTool(step, draft.tool);
    const expiresAfter = tool && toolInternals(tool).expiresAfter;
    // A call that may have had its effect stays open until a person decides.
    if (expiresAfter === undefined || draft.reason === "unknown") return { ...draft, hash };
    return { ...draft, hash, expiresAt: agent.clock() + expiresAfter };
  }));
}

/** Returns true if a draft is a request of this session that has no hash yet. */
function isIncomplete(draft: EventDraft): draft is EventDraft<"approval_requested"> {
  return draft.type === "approval_requested" && draft.hash === "";
}

/** Computes the hash of a request of a session. Those of two forks at the same place differ. */
export function hashRequest(
  { callKey, tool, args, reason, seq, alsoIn }: Omit<ApprovalRequest, "hash" | "call">,
  sessionId: string,
): Promise<string> {
  const fork = alsoIn === undefined ? [] : [sessionId];
  return sha256(JSON.stringify([callKey, tool, args, reason, seq, ...fork]));
}

/** Note for a call that was started before, and does not run again. */
export const MAY_HAVE_EFFECT = "The call was started before, so it may have had its effect.";
