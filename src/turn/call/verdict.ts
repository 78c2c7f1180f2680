/**
 * Verdicts of people about calls, and the events that record them.
 *
 * @module
 */
import {
  ApprovalError,
  ApprovalExpiredError,
  ConfigError,
  quote,
  ToolArgumentsError,
} from "../../errors.ts";
import { findTool } from "../../graph/graph.ts";
import {
  type ApprovalRequest,
  isExpired,
  pendingApprovals,
  requestsOf,
} from "../../history/call.ts";
import type { EventDraft, SessionEvent, ShownArgs } from "../../history/event.ts";
import { sha256 } from "../../json/text.ts";
import { describeIssues } from "../../schema/standard_schema.ts";
import { cutText, type ResultLimits, resultText } from "../../tool/result_text.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { DeliveredVerdict } from "../command.ts";
import type { LiveSession } from "../live_session.ts";
import { readResultParts } from "../read_parts.ts";
import { hashRequest, MAY_HAVE_EFFECT, showArgs } from "./approval.ts";
import { prepareChildOf } from "./prepare_call.ts";

type Given = SessionEvent<"approval_given">["verdict"];

/** Verdicts in the form in which events record them. */
const RECORDED: Readonly<Record<DeliveredVerdict["verdict"], Given>> = {
  approve: "approved",
  deny: "denied",
  settle: "settled",
  retry: "retried",
  expire: "expired",
};

/** Outcomes of calls that end with a verdict. */
const OUTCOMES = { deny: "denied", settle: "ok", expire: "not_run" } as const;

/**
 * Returns the events of verdicts, to be committed together.
 *
 * @param isDelivered True if the parent session has checked and recorded the verdicts.
 * @throws {ApprovalError} if a call does not wait for such a verdict, or for another request.
 * @throws {ApprovalExpiredError} if it is too late for a verdict.
 * @throws {ToolArgumentsError} if the tool's schema refuses the arguments of a verdict.
 * @throws {ConfigError} if a result has a picture or a file.
 */
export async function buildVerdictDrafts(
  session: LiveSession,
  verdicts: readonly DeliveredVerdict[],
  isDelivered: boolean,
): Promise<readonly EventDraft[]> {
  const drafts: EventDraft[] = [];
  for (const verdict of verdicts) drafts.push(...await draftVerdict(session, verdict, isDelivered));
  return drafts;
}

/** Returns the verdicts that close the calls for which no person decided in time. */
export function listExpired({ log, agent }: LiveSession): readonly DeliveredVerdict[] {
  return log.position.calls.flatMap(requestsOf)
    .filter((request) => isExpired(request, agent.clock))
    .map(({ callKey: key, hash }) => ({ key, verdict: "expire", hash }));
}

async function draftVerdict(
  session: LiveSession,
  verdict: DeliveredVerdict,
  isDelivered: boolean,
): Promise<readonly EventDraft[]> {
  const { agent, log: { position: { calls } } } = session;
  const request = findRequest(session, verdict.key);
  if (request === undefined) throw buildRefusal(session, verdict.key);
  const { callKey, call, tool } = request;
  const { hasBegun, ...state } = calls[call]!;
  const isOwn = state.state === "waiting";
  const what = `Cannot ${verdict.verdict} call ${quote(callKey)} of session ${quote(session.id)}`;
  checkKind(what, request, verdict);
  await checkHash(what, session, request, verdict.hash);
  if (!isDelivered && verdict.verdict !== "expire" && isExpired(request, agent.clock)) {
    throw new ApprovalExpiredError(
      `${what}: it waited until ${new Date(request.expiresAt!).toISOString()} ("expiresAfter"): ` +
        "call resume(), or next() with text, to go on without it",
    );
  }
  const { args, isInput } = verdict;
  const changed = args === undefined
    ? undefined
    : isDelivered
    ? { args, ...(isInput && { isInput }) }
    : await validateArgs(what, session, callKey, args);
  const text = await textOf(what, verdict, agent);
  const given: EventDraft = {
    type: "approval_given",
    callKey,
    call,
    verdict: RECORDED[verdict.verdict],
    ...(text !== undefined && { text }),
    ...changed,
  };
  // A verdict for a child session is passed on when the parent's call runs again.
  if (!isOwn) return [given];
  if (text === undefined) return [given, { type: "tool_started", callKey, call, tool }];
  const outcome = OUTCOMES[verdict.verdict as keyof typeof OUTCOMES];
  const note = hasBegun && outcome !== "ok" ? `${text}\n${MAY_HAVE_EFFECT}` : text;
  return [given, { type: "tool_finished", callKey, call, tool, outcome, text: note }];
}

/** Returns the request of this session, or of a child session, with that key. */
function findRequest({ log }: LiveSession, callKey: string): ApprovalRequest | undefined {
  return log.position.calls.flatMap(requestsOf).find((one) => one.callKey === callKey);
}

/** Returns the text of a verdict: a reason or a result. Undefined if the call runs. */
async function textOf(
  what: string,
  { verdict, reason, result }: DeliveredVerdict,
  limits: ResultLimits,
): Promise<string | undefined> {
  switch (verdict) {
    case "approve":
    case "retry":
      return undefined;
    case "deny":
      return cutText(reason!, limits.maxResultChars);
    case "settle":
      if ((await readResultParts(result, Infinity))?.parts !== undefined) {
        throw new ConfigError(
          `${what}: its result has a picture or a file: expected text or JSON: describe it in ` +
            "words, or send it as the next input",
        );
      }
      return (await resultText(result, limits)).text;
    case "expire":
      return "No person decided about it in time";
    default:
      return verdict satisfies never;
  }
}

/** Refuses to approve a call that may have had its effect, and to retry one that never ran. */
function checkKind(what: string, { reason }: ApprovalRequest, { verdict }: DeliveredVerdict): void {
  if (verdict === "approve" && reason === "unknown") {
    throw new ApprovalError(
      `${what}: it was started before, and may have had its effect: call retry() to run it ` +
        "again, settle() to record its result, or deny() to refuse it",
    );
  }
  if (verdict === "retry" && reason === "approval") {
    throw new ApprovalError(`${what}: it waits for approval: call approve() to run it`);
  }
}

async function checkHash(
  what: string,
  session: LiveSession,
  request: ApprovalRequest,
  given: string | undefined,
): Promise<void> {
  const { hash, callKey, tool, args, alsoIn } = request;
  if (given === undefined || given === hash) {
    // Depends on the name of the fork, which a session continued from its state may not have.
    if (alsoIn !== undefined) return;
    if (hash === await hashRequest(request, session.id)) return;
    // A request of version 2.
    if (request.isInput && hash === await sha256(JSON.stringify([callKey, tool, args]))) return;
  }
  throw new ApprovalError(
    `${what}: it is not the call that the person saw, because its hash differs: show ` +
      "session.approvals again, and pass the hash of the call from there",
  );
}

/**
 * Validates the arguments of a verdict by the schema of the tool, which may be a tool of
 * a child session.
 *
 * @param what Start of the message: `Cannot approve call "s/1/0" of session "s"`.
 * @throws {ToolArgumentsError} if the schema refuses them, or the step no longer has the tool.
 */
export async function validateArgs(
  what: string,
  session: LiveSession,
  callKey: string,
  args: ShownArgs["args"],
): Promise<ShownArgs> {
  const { call, tool: name } = findRequest(session, callKey)!;
  const open = session.log.position.calls[call]!;
  if (open.state !== "waiting") {
    const child = await prepareChildOf(session, { ...open, call });
    if (child !== undefined) return await child.validateArgs(what, callKey, args);
  }
  const tool = findTool(session.step, name);
  const result = await (tool && toolInternals(tool).schema.validate(args));
  if (result === undefined || result.issues) {
    const problem = result === undefined
      ? "the step no longer has this tool"
      : describeIssues(result.issues!);
    throw new ToolArgumentsError(`${what} with other arguments: ${problem}`);
  }
  return showArgs(result.value, args);
}

function buildRefusal({ id, log }: LiveSession, callKey: string): ApprovalError {
  const known = pendingApprovals(log.position.calls).map((pending) => quote(pending.callKey));
  const reason = known.length === 0
    ? "no call waits for a verdict: expected a call of session.approvals"
    : `it does not wait for a verdict: expected one of ${known.join(", ")}`;
  return new ApprovalError(
    `Cannot apply a verdict to call ${quote(callKey)} of session ${quote(id)}: ${reason}`,
  );
}
