/**
 * Asking a person about tool calls, and what follows from their verdict.
 *
 * @module
 */
import type { ToolCall } from "../decision/decision.ts";
import { ApprovalError, ConfigError, GuardError, quote } from "../errors.ts";
import type { ApprovalRequestedEvent, SessionEvent } from "../history/event.ts";
import type { LiveSession } from "./live_session.ts";
import { sha256 } from "../json/sha256.ts";
import { resultText } from "../tool/result_text.ts";
import { approvalOf } from "../tool/tool.ts";

/** A tool call that waits for a person. */
export interface PendingApproval {
  /** The call: what `approve()` and `deny()` take. */
  readonly callKey: string;
  /** The tool. */
  readonly tool: string;
  /** The arguments, as the model gave them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Whether it wants approval, or was running when the process died; see {@linkcode ApprovalRequestedEvent}. */
  readonly reason: ApprovalRequestedEvent["reason"];
  /** SHA-256 of key, tool and arguments, in hexadecimal. An approval that names it is refused for any other call. */
  readonly hash: string;
}

/** What a person decided. */
export type Verdict =
  | { readonly kind: "approved"; readonly callKey: string; readonly hash?: string | undefined }
  | { readonly kind: "denied"; readonly callKey: string; readonly reason: string }
  | { readonly kind: "settled"; readonly callKey: string; readonly result: unknown };

/** What a session waits for a person to decide, in the order of the calls. */
export function pendingApprovals({ log }: LiveSession): readonly PendingApproval[] {
  const requests = [...log.position.pending?.waiting?.values() ?? []];
  return requests.sort((a, b) => a.call - b.call)
    .map(({ callKey, tool, args, reason, hash }) => ({ callKey, tool, args, reason, hash }));
}

/**
 * Whether a call wants approval.
 *
 * @throws {GuardError} if the tool's `needsApproval` throws, or gives no boolean.
 */
export function needsApproval(
  { context, id: sessionId, step }: LiveSession,
  tool: string,
  args: unknown,
): boolean {
  const needs = approvalOf(step.tools.find(({ name }) => name === tool)!);
  if (typeof needs === "boolean") return needs;
  const what = `Cannot tell whether a call of tool "${tool}" needs approval`;
  let answer: unknown;
  try {
    answer = needs(args as never, { context, sessionId, step: step.id } as never);
  } catch (cause) {
    throw new GuardError(`${what}: needsApproval threw`, { cause });
  }
  if (typeof answer === "boolean") return answer;
  // A promise that is refused here is nobody's to handle any more.
  if (answer instanceof Promise) answer.catch(() => {});
  const given = answer instanceof Promise ? "a promise" : quote(answer);
  throw new GuardError(`${what}: needsApproval gave ${given}: expected a boolean, at once`);
}

/** What an approval is bound to. */
export function hashOf(callKey: string, { tool, args }: ToolCall): Promise<string> {
  return sha256(JSON.stringify([callKey, tool, args]));
}

/** Puts the hashes into requests for approval. */
export async function addHashes(events: SessionEvent[]): Promise<void> {
  for (const [place, event] of events.entries()) {
    if (event.type !== "approval_requested") continue;
    events[place] = { ...event, hash: await hashOf(event.callKey, event) };
  }
}

/**
 * The events of a verdict.
 *
 * @throws {ApprovalError} if the call does not wait for one, or is not the one that was asked about.
 * @throws {ConfigError} if a reason is no text.
 */
export async function verdictEvents(
  session: LiveSession,
  verdict: Verdict,
): Promise<SessionEvent[]> {
  const { agent, log } = session;
  const { callKey, kind } = verdict;
  if (kind === "denied" && typeof verdict.reason !== "string") {
    throw new ConfigError(
      `Cannot deny call ${quote(callKey)} for the reason ${quote(verdict.reason)}: expected text`,
    );
  }
  const group = log.position.pending;
  const request = group?.waiting?.get(callKey);
  if (request === undefined) throw refusal(session, verdict);
  const { call, tool, args, hash } = request;
  const isOther = kind === "approved" && verdict.hash !== undefined && verdict.hash !== hash;
  if (isOther || hash !== await hashOf(callKey, { tool, args })) {
    throw new ApprovalError(
      `Cannot decide about call ${quote(callKey)} of session ${quote(session.id)}: ` +
        "it is not the call that was asked about: expected its hash",
    );
  }
  const time = agent.clock();
  const text = kind === "denied"
    ? verdict.reason
    : kind === "settled"
    ? resultText(verdict.result, agent.maxResultChars)
    : undefined;
  const events: SessionEvent[] = [{
    seq: log.events.length,
    time,
    type: "approval_given",
    callKey,
    call,
    verdict: kind,
    ...(text !== undefined && { text }),
  }];
  const seq = log.events.length + 1;
  // What another session asked through a call of this one, that session is told when the call goes on.
  if (group!.callKeys[call] !== callKey) return events;
  if (text !== undefined) {
    const outcome = kind === "denied" ? "denied" : "ok";
    events.push({ seq, time, type: "tool_finished", callKey, call, tool, outcome, text });
  } else if (kind === "approved" && request.reason === "approval") {
    events.push({ seq, time, type: "tool_started", callKey, call, tool });
  }
  return events;
}

function refusal(session: LiveSession, { callKey }: Verdict): ApprovalError {
  const known = pendingApprovals(session).map((pending) => quote(pending.callKey));
  const expected = known.length === 0 ? "none waits for one" : `one of ${known.join(", ")}`;
  return new ApprovalError(
    `Cannot decide about call ${quote(callKey)} of session ${quote(session.id)}: ` +
      `it does not wait for a decision: expected ${expected}`,
  );
}
