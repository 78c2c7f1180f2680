/**
 * Approval of tool calls by a person, and the events of a verdict.
 *
 * @module
 */
import { ApprovalError, ConfigError, quote } from "../errors.ts";
import { findTool, type Step } from "../graph/graph.ts";
import { callPredicate } from "../graph/offer.ts";
import { type ApprovalRequest, pendingApprovals, requestsOf } from "../history/call.ts";
import type { EventDraft } from "../history/event.ts";
import { sha256 } from "../json/text.ts";
import { resultText } from "../tool/result_text.ts";
import { toolInternals } from "../tool/tool_internals.ts";
import { keyOf, type Verdict } from "./command.ts";
import type { LiveSession } from "./live_session.ts";

/**
 * Returns true if a call needs the approval of a person.
 *
 * @throws {GuardError} if the tool's `needsApproval` throws, or does not return a boolean.
 */
export function needsApproval(
  step: Step,
  tool: string,
  args: unknown,
  { context, sessionId }: { readonly context: unknown; readonly sessionId: string },
): boolean {
  if (!step.asksForApproval) return false;
  const needs = toolInternals(findTool(step, tool)!).needsApproval;
  if (typeof needs === "boolean") return needs;
  return callPredicate(
    () => needs(args, { context, sessionId, step: step.id }),
    "needsApproval",
    () => `a call of tool ${quote(tool)} needs approval`,
  );
}

/** Adds the hashes of requests for approval. A promise only if there are any. */
export function addHashes(
  drafts: readonly EventDraft[],
): readonly EventDraft[] | Promise<readonly EventDraft[]> {
  if (!drafts.some(isUnhashed)) return drafts;
  return Promise.all(
    drafts.map(async (draft) =>
      isUnhashed(draft) ? { ...draft, hash: await hashRequest(draft) } : draft
    ),
  );
}

/** Returns true if a draft is a request for approval without its hash. */
function isUnhashed(draft: EventDraft): draft is EventDraft<"approval_requested"> {
  return draft.type === "approval_requested" && draft.hash === "";
}

function hashRequest({ callKey, tool, args }: ApprovalRequest): Promise<string> {
  return sha256(JSON.stringify([callKey, tool, args]));
}

/**
 * Returns the events of a verdict.
 *
 * @throws {ApprovalError} if the call does not wait for a verdict, or was changed since the request.
 * @throws {ConfigError} if a reason is not text.
 */
export async function buildVerdictDrafts(
  session: LiveSession,
  verdict: Verdict,
): Promise<readonly EventDraft[]> {
  const { agent, log: { position } } = session;
  const callKey = keyOf(verdict);
  if ("deny" in verdict && typeof verdict.reason !== "string") {
    throw new ConfigError(
      `Cannot deny call ${quote(callKey)}: the reason is ${quote(verdict.reason)}: expected text`,
    );
  }
  const request = position.calls.flatMap(requestsOf).find((one) => one.callKey === callKey);
  if (request === undefined) throw buildRefusal(session, callKey);
  const { call, tool } = request;
  await checkHash(session, request, verdict);
  const text = "deny" in verdict
    ? verdict.reason
    : "settle" in verdict
    ? (await resultText(verdict.result, agent)).text
    : undefined;
  const verdictEvent: EventDraft = {
    type: "approval_given",
    callKey,
    call,
    verdict: "approve" in verdict ? "approved" : "deny" in verdict ? "denied" : "settled",
    ...(text !== undefined && { text }),
  };
  // A verdict for a child session is passed on when the parent's call runs again.
  if (position.calls[call]!.state !== "waiting") return [verdictEvent];
  const outcome = "deny" in verdict ? "denied" : "ok";
  return text === undefined
    ? [verdictEvent, { type: "tool_started", callKey, call, tool }]
    : [verdictEvent, { type: "tool_finished", callKey, call, tool, outcome, text }];
}

async function checkHash(
  session: LiveSession,
  request: ApprovalRequest,
  verdict: Verdict,
): Promise<void> {
  const { hash } = request;
  const isOther = "approve" in verdict && verdict.hash !== undefined && verdict.hash !== hash;
  if (!isOther && hash === await hashRequest(request)) return;
  throw new ApprovalError(
    `Cannot apply a verdict to call ${quote(request.callKey)} of session ${quote(session.id)}: ` +
      "it is not the call that the person saw, because its hash differs: show " +
      "session.approvals again, and pass the hash of the call from there",
  );
}

function buildRefusal({ id, log }: LiveSession, callKey: string): ApprovalError {
  const known = pendingApprovals(log.position.calls).map((pending) => quote(pending.callKey));
  const reason = known.length === 0
    ? "no call waits for a verdict"
    : `it does not wait for a verdict: expected one of ${known.join(", ")}`;
  return new ApprovalError(
    `Cannot apply a verdict to call ${quote(callKey)} of session ${quote(id)}: ${reason}`,
  );
}
