/**
 * Running and closing the calls of a decision.
 *
 * @module
 */
import { findTool } from "../../graph/graph.ts";
import {
  type ApprovalRequest,
  mayHaveEffect,
  type OpenCall,
  requestsOf,
} from "../../history/call.ts";
import type { ChildUsage, EventDraft, ShownArgs } from "../../history/event.ts";
import { type RunningTurn, STOPPED } from "../../history/running_turn.ts";
import { callKeyOf } from "../../history/session_name.ts";
import type { ToolProgress } from "../../tool/drain.ts";
import { type StepTool, STILL_UNKNOWN, toolInternals } from "../../tool/tool_internals.ts";
import { MAY_HAVE_EFFECT, showArgs } from "./approval.ts";
import { CallContext } from "./call_context.ts";
import { type ChildAgent, type ChildCall, Suspension } from "./child_call.ts";
import { NO_CHANGE, readPatches } from "../data_changes.ts";
import { checkLateCall, type LateCheck } from "./late_call.ts";
import type { LiveSession } from "../live_session.ts";
import { type CallEnd, type PreparedCall, RunningCalls } from "./running_calls.ts";

/** Validated arguments of the calls of one decision. */
export interface ValidatedCalls {
  /** Sequence number of the decision. */
  readonly decision: number;
  /** Validated arguments, in the order of the calls. */
  readonly args: readonly unknown[];
}

/** Commits events, and passes them to the reader of a stream. May return a promise. */
export type CommitDrafts = (drafts: readonly EventDraft[]) => unknown;

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
  // Committed before any effect.
  await commit(preparations.flatMap(({ drafts }) => drafts));
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

/** Call that is ready to run, and the state in which it is. */
interface ReadyCall extends PreparedCall {
  readonly open: OpenCall;
  /** Arguments with which it runs, as a person would see them. */
  readonly shown: ShownArgs;
}

/** Events to commit before the calls run, and the call if it can run. */
interface Preparation {
  readonly drafts: readonly EventDraft[];
  readonly ready?: ReadyCall;
}

async function prepareCall(
  session: LiveSession,
  open: OpenCall,
  validated: ValidatedCalls | undefined,
): Promise<Preparation> {
  const { call, tool: name, args, allowed } = open;
  const callKey = findCallKey(session, open);
  const tool = findTool(session.step, name);
  // A call that was started in this turn has not run yet.
  const hasBegun = open.hasBegun === true || open.state === "unknown";
  const place = { callKey, call, tool: name };
  const checked: LateCheck = validated?.decision === session.log.position.decision
    ? { value: validated.args[call], mustAsk: false }
    : await checkLateCall(session, open, tool);
  const isLookedUp = open.state === "unknown" && tool?.once === true;
  if ("refusal" in checked && !isLookedUp) {
    const text = hasBegun ? `${checked.refusal}\n${MAY_HAVE_EFFECT}` : checked.refusal;
    return { drafts: [{ type: "tool_finished", ...place, outcome: "not_run", text }] };
  }
  const value = "value" in checked ? checked.value : undefined;
  const { description, timeout, once } = tool!;
  const mustAsk = "mustAsk" in checked && checked.mustAsk;
  // Copied before the tool runs, which may change its arguments.
  const shown = allowed ?? (mustAsk || once ? showArgs(value, args) : { args });
  if (mustAsk) return { drafts: [buildRequest(place, shown, "approval")] };
  const { run, whenUnknown } = toolInternals(tool!);
  if (isLookedUp && (whenUnknown === undefined || !("value" in checked))) {
    return { drafts: [buildRequest(place, shown, "unknown")] };
  }
  const context = new CallContext(session.guardContext, callKey);
  const preparing = prepareChild(session, tool!, call, context);
  const child = preparing && await preparing;
  const ready: ReadyCall = {
    open,
    shown,
    call,
    tool: name,
    timeout,
    context,
    child,
    hasBegun,
    run: isLookedUp
      ? undefined
      : child === undefined
      ? () => run(value, context)
      : () => child.run(value),
    lookUp: once
      ? (context) => whenUnknown === undefined ? STILL_UNKNOWN : whenUnknown(value, context)
      : undefined,
    scope: session.observers?.onToolCall({ tool: name, description, callKey, args: shown.args }),
  };
  if (open.state !== "new") return { drafts: [], ready };
  const deferred = open.callKey !== undefined && { wasDeferred: true as const };
  return { drafts: [{ type: "tool_started", ...place, ...deferred }], ready };
}

/** Returns a request without its hash; see `completeRequests()`. */
export function buildRequest(
  place: { readonly callKey: string; readonly call: number; readonly tool: string },
  { args, isInput }: ShownArgs,
  reason: "approval" | "unknown",
): EventDraft<"approval_requested"> {
  const shown = { args, ...(isInput && { isInput }) };
  return { type: "approval_requested", ...place, ...shown, reason, hash: "" };
}

/** Returns the events of a call that ended or is suspended. */
function buildEndDrafts(
  session: LiveSession,
  { prepared, end }: CallEnd<ReadyCall>,
): readonly EventDraft[] {
  const { call, tool, context, child, open, shown } = prepared;
  const { callKey } = context;
  const report = child?.report;
  if (end === STILL_UNKNOWN) return [buildRequest({ callKey, call, tool }, shown, "unknown")];
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
    const change = data && { data };
    const place = { callKey, call, tool };
    return [{ type: "tool_finished", ...place, ...outcome, ...changed, ...change, ...report }];
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

/** Returns the key of a call. A fork keeps the keys of calls that were started before it. */
function findCallKey(session: LiveSession, { callKey, call }: OpenCall): string {
  return callKey ?? callKeyOf(session, session.log.position.decision, call);
}

function prepareChild(
  session: LiveSession,
  tool: StepTool,
  call: number,
  context: CallContext,
): Promise<ChildCall> | undefined {
  const agent = toolInternals(tool).delegate as ChildAgent | undefined;
  return agent?.prepare(session, session.log.position.decision, call, context);
}

/** Prepares the call of an agent outside the run of its turn; undefined for another tool. */
export async function prepareChildOf(
  session: LiveSession,
  open: OpenCall,
): Promise<ChildCall | undefined> {
  const tool = findTool(session.step, open.tool);
  const callContext = new CallContext(session.guardContext, findCallKey(session, open));
  return tool && await prepareChild(session, tool, open.call, callContext);
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
