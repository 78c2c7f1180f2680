/**
 * Running and closing the calls of a decision.
 *
 * @module
 */
import {
  type ApprovalRequest,
  mayHaveEffect,
  type OpenCall,
  requestsOf,
} from "../../history/call.ts";
import type { ChildUsage, EventDraft } from "../../history/event.ts";
import { type RunningTurn, STOPPED } from "../../history/running_turn.ts";
import type { ToolProgress } from "../../tool/drain.ts";
import { STILL_UNKNOWN } from "../../tool/tool_internals.ts";
import { NO_CHANGE, readPatches } from "../data_changes.ts";
import type { LiveSession } from "../live_session.ts";
import { draftApproval } from "./approval.ts";
import { Suspension } from "./child_call.ts";
import {
  findCallKey,
  prepareCall,
  prepareChildOf,
  type ReadyCall,
  type ValidatedCalls,
} from "./prepare_call.ts";
import { type CallEnd, RunningCalls } from "./running_calls.ts";

/** Commits events, and passes them to the reader of a stream. */
export type CommitDrafts = (drafts: readonly EventDraft[]) => Promise<void>;

/** The turn that runs calls. */
interface CallingTurn {
  /** Arguments of a decision of this turn; those of an earlier one are validated again. */
  readonly validated: ValidatedCalls | undefined;
  readonly turn: RunningTurn;
  readonly commit: CommitDrafts;
  /** Reader of the progress of the calls. */
  readonly out: ((progress: ToolProgress) => Promise<void>) | undefined;
  /** Called before the first call runs; not if the turn is aborted before. */
  readonly onRun: () => void;
}

/**
 * Runs calls concurrently, and commits the end of each as soon as it is known.
 *
 * @throws The error of a child session's turn, after all calls have ended or are suspended.
 */
export async function runCalls(
  session: LiveSession,
  calls: readonly OpenCall[],
  { validated, turn, commit, out, onRun }: CallingTurn,
): Promise<void> {
  const preparing = Promise.all(calls.map((call) => prepareCall(session, call, validated)));
  const preparations = await turn.unlessStopped(preparing);
  if (preparations === STOPPED || turn.isStopped) return;
  const drafts = preparations.flatMap(({ drafts }) => drafts);
  // Committed before any effect.
  if (drafts.length > 0) await commit(drafts);
  if (turn.isStopped) return;
  onRun();
  const ready = preparations.flatMap(({ ready }) => ready ?? []);
  const { maxResultChars, maxOutputChars, warn } = session.agent;
  const options = { maxResultChars, maxOutputChars, warn, readsProgress: out !== undefined };
  const running = new RunningCalls(ready, options, turn);
  const endDrafts = (ended: CallEnd<ReadyCall>) => buildEndDrafts(session, ended);
  let failure: Suspension["failure"];
  try {
    for (;;) {
      const ended = await running.next();
      if (ended === undefined) break;
      if ("progress" in ended) {
        await out!(ended.progress);
        ended.resume();
        continue;
      }
      if (ended.end instanceof Suspension) failure ??= ended.end.failure;
      await commit(endDrafts(ended));
    }
  } finally {
    // Calls are open here only if a commit failed.
    for (const ended of running.abandon()) await commit(endDrafts(ended));
  }
  if (failure !== undefined) throw failure.error;
}

/** Returns the events of a call that ended or is suspended. */
function buildEndDrafts(
  session: LiveSession,
  { prepared, end }: CallEnd<ReadyCall>,
): readonly EventDraft[] {
  const { call, tool, context, child, open, shown } = prepared;
  const { callKey } = context;
  const report = child?.report;
  if (end === STILL_UNKNOWN) return [draftApproval({ callKey, call, tool }, shown, "unknown")];
  if (!(end instanceof Suspension)) {
    const isChanged = open.allowed?.isChanged && end.outcome !== "not_run";
    const changed = isChanged && { args: shown.args };
    const { thrown, ...outcome } = end;
    const { data, problem } = end.outcome === "ok"
      ? readPatches(session, tool, context)
      : NO_CHANGE;
    const error = problem ?? thrown;
    if (error !== undefined) {
      (session.thrown ??= new Map()).set(callKey, error);
      session.observers?.onToolError({ tool, callKey, error });
    }
    const result = { ...outcome, ...changed, ...(data && { data }), ...report };
    return [{ type: "tool_finished", callKey, call, tool, ...result }];
  }
  const forwarded = forwardRequests(session, call, end.requests, report);
  if (forwarded.length > 0 || report === undefined) return forwarded;
  const waiting = end.requests.length > 0 && { isWaiting: true as const };
  return [{ type: "tool_suspended", callKey, call, tool, ...waiting, ...report }];
}

/** Returns the requests of the child session of a call that its parent does not have yet. */
export function forwardRequests(
  { log }: LiveSession,
  call: number,
  requests: readonly ApprovalRequest[],
  report: ChildUsage | undefined,
): readonly EventDraft[] {
  const known = requestsOf(log.position.calls[call]!);
  const added = requests.filter(({ hash }) => !known.some((one) => one.hash === hash));
  return added.map(({ seq: childSeq, ...request }, place): EventDraft => {
    const draft = { type: "approval_requested", ...request, call, childSeq } as const;
    return place === 0 ? { ...draft, ...report } : draft;
  });
}

/** Returns the events that close open calls, because the user sent new input. */
export function closeCalls(
  session: LiveSession,
  open: readonly OpenCall[],
): Promise<readonly EventDraft[]> {
  return Promise.all(open.map((one) => closeCall(session, one)));
}

async function closeCall(session: LiveSession, open: OpenCall): Promise<EventDraft> {
  const { call, tool } = open;
  const callKey = findCallKey(session, open);
  const wasStarted = mayHaveEffect(open);
  const child = wasStarted ? await prepareChildOf(session, open) : undefined;
  await child?.close();
  const outcome = wasStarted ? "unknown" : "not_run";
  const text = "The user went on";
  return { type: "tool_finished", callKey, call, tool, outcome, text, ...child?.report };
}
