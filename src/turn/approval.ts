/**
 * Asking a person about tool calls, and the events of their verdict.
 *
 * @module
 */
import { ApprovalError, ConfigError, GuardError, quote } from "../errors.ts";
import type { Step } from "../graph/graph.ts";
import { pendingApprovals, type Request, requestsOf } from "../history/call.ts";
import type { EventDraft } from "../history/event.ts";
import { sha256 } from "../json/text.ts";
import { resultText } from "../tool/result_text.ts";
import { toolInternals } from "../tool/tool_internals.ts";
import { keyOf, type Verdict } from "./command.ts";
import type { LiveSession } from "./live_session.ts";

/**
 * Returns true if a call needs the approval of a person.
 *
 * @throws {GuardError} if the tool's `needsApproval` throws, or returns no boolean.
 */
export function needsApproval(
  step: Step,
  tool: string,
  args: unknown,
  { context, sessionId }: { readonly context: unknown; readonly sessionId: string },
): boolean {
  if (!step.asksForApproval) return false;
  const needs = toolInternals(step.tools.find(({ name }) => name === tool)!).needsApproval;
  if (typeof needs === "boolean") return needs;
  const what = `Cannot tell if a call of tool "${tool}" needs approval`;
  let answer: unknown;
  try {
    answer = needs(args, { context, sessionId, step: step.id });
  } catch (cause) {
    throw new GuardError(`${what}: needsApproval threw`, { cause });
  }
  if (typeof answer === "boolean") return answer;
  // Prevents an unhandled rejection.
  if (answer instanceof Promise) answer.catch(() => {});
  const given = answer instanceof Promise ? "a promise" : quote(answer);
  throw new GuardError(`${what}: needsApproval returned ${given}: expected a boolean, at once`);
}

/** Completes requests for approval by their hashes. */
export async function addHashes(drafts: readonly EventDraft[]): Promise<readonly EventDraft[]> {
  return await Promise.all(
    drafts.map(async (draft) =>
      isUnhashed(draft) ? { ...draft, hash: await hashOf(draft) } : draft
    ),
  );
}

/** Returns true if a draft is a request for approval without its hash. */
export function isUnhashed(draft: EventDraft): draft is EventDraft<"approval_requested"> {
  return draft.type === "approval_requested" && draft.hash === "";
}

function hashOf({ callKey, tool, args }: Request): Promise<string> {
  return sha256(JSON.stringify([callKey, tool, args]));
}

/**
 * Returns the events of a verdict.
 *
 * @throws {ApprovalError} if the call does not wait for one, or is not the one that was asked about.
 * @throws {ConfigError} if a reason is no text.
 */
export async function verdictDrafts(
  session: LiveSession,
  verdict: Verdict,
): Promise<readonly EventDraft[]> {
  const { agent, log: { position } } = session;
  const callKey = keyOf(verdict);
  if ("deny" in verdict && typeof verdict.reason !== "string") {
    throw new ConfigError(
      `Cannot deny call ${quote(callKey)} for the reason ${quote(verdict.reason)}: expected text`,
    );
  }
  const request = position.calls.flatMap(requestsOf).find((one) => one.callKey === callKey);
  if (request === undefined) throw refusal(session, callKey);
  const { call, tool } = request;
  await checkHash(session, request, verdict);
  const text = "deny" in verdict
    ? verdict.reason
    : "settle" in verdict
    ? resultText(verdict.result, agent.maxResultChars)
    : undefined;
  const given: EventDraft = {
    type: "approval_given",
    callKey,
    call,
    verdict: "approve" in verdict ? "approved" : "deny" in verdict ? "denied" : "settled",
    ...(text !== undefined && { text }),
  };
  // A child session that asked through a call of this one gets the verdict when that call goes on.
  if (position.calls[call]!.state !== "waiting") return [given];
  const outcome = "deny" in verdict ? "denied" : "ok";
  return text === undefined
    ? [given, { type: "tool_started", callKey, call, tool }]
    : [given, { type: "tool_finished", callKey, call, tool, outcome, text }];
}

async function checkHash(session: LiveSession, request: Request, verdict: Verdict): Promise<void> {
  const { hash } = request;
  const isOther = "approve" in verdict && verdict.hash !== undefined && verdict.hash !== hash;
  if (!isOther && hash === await hashOf(request)) return;
  throw new ApprovalError(
    `Cannot decide about call ${quote(request.callKey)} of session ${quote(session.id)}: ` +
      "it is not the call that was asked about: expected its hash",
  );
}

function refusal({ id, log }: LiveSession, callKey: string): ApprovalError {
  const known = pendingApprovals(log.position.calls).map((pending) => quote(pending.callKey));
  const expected = known.length === 0
    ? "no call waits for a verdict"
    : `expected one of ${known.join(", ")}`;
  return new ApprovalError(
    `Cannot decide about call ${quote(callKey)} of session ${quote(id)}: ` +
      `it does not wait for a verdict: ${expected}`,
  );
}
