/**
 * Running and closing the calls of a decision.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../abort.ts";
import type { ToolCall } from "../decision/decision.ts";
import { findTool } from "../graph/graph.ts";
import { listOpenCalls, type OpenCall } from "../history/call.ts";
import { callKeyOf, type EventDraft, type SessionEvent } from "../history/event.ts";
import type { ToolProgress } from "../tool/drain.ts";
import { type StepTool, toolInternals } from "../tool/tool_internals.ts";
import { type ChildAgent, type ChildCall, Suspension } from "./child_call.ts";
import type { LiveSession } from "./live_session.ts";
import {
  CallContext,
  type CallEnd,
  type NotRun,
  type PreparedCall,
  RunningCalls,
} from "./running_calls.ts";

/** Validated arguments of the calls of one decision. */
export interface ValidatedCalls {
  /** Sequence number of the decision. */
  readonly decision: number;
  /** Validated arguments, in the order of the calls. */
  readonly args: readonly unknown[];
}

/** Commits events, and passes them to the reader of a stream. A promise if there is one, or a store. */
export type CommitDrafts = (
  drafts: readonly EventDraft[],
) => Promise<unknown> | readonly SessionEvent[];

/**
 * Runs calls concurrently, and commits the end of each as soon as it is known.
 *
 * @param validated Arguments of a decision of this turn; those of an earlier one are validated again.
 * @param out Reader of the progress of the calls.
 * @throws The error of a child session's turn, after all calls have ended or are suspended.
 */
export async function runCalls(
  session: LiveSession,
  calls: readonly OpenCall[],
  validated: ValidatedCalls | undefined,
  signal: AbortSignal | undefined,
  commit: CommitDrafts,
  out?: (progress: ToolProgress) => Promise<void>,
): Promise<void> {
  const preparing = Promise.all(calls.map((call) => prepareCall(session, call, validated)));
  const prepared = await unlessAborted(preparing, signal);
  if (prepared === ABORTED || signal?.aborted) return;
  session.childCalls = prepared.flatMap(({ child }) => child ?? []);
  const { maxResultChars, maxOutputChars, warn } = session.agent;
  const options = { maxResultChars, maxOutputChars, warn, readsProgress: out !== undefined };
  const running = new RunningCalls(prepared, options, signal);
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
      await commit(buildEndDrafts(ended));
    }
  } finally {
    // Calls are open here only if a commit failed.
    await commit(running.abandon().flatMap(buildEndDrafts));
    session.childCalls = [];
  }
  if (failure !== undefined) throw failure.error;
}

async function prepareCall(
  session: LiveSession,
  open: OpenCall,
  validated: ValidatedCalls | undefined,
): Promise<PreparedCall> {
  const { call, tool: name, args } = open;
  const { decision } = session.log.position;
  const callKey = findCallKey(session, open);
  const context = new CallContext(session.context, session.id, session.step.id, callKey);
  const tool = findTool(session.step, name);
  const checked = open.state === "new"
    ? NOT_STARTED
    : validated?.decision === decision && tool !== undefined
    ? { value: validated.args[call] }
    : await validateAgain(tool, open);
  if (!("value" in checked)) {
    return { call, run: checked, tool: name, timeout: undefined, context };
  }
  const { description, timeout, once } = tool!;
  const child = await prepareChild(session, tool!, call, context);
  const scope = session.observers?.onToolCall({ tool: name, description, callKey, args });
  const { run: runTool, whenUnknown } = toolInternals(tool!);
  const perform = open.state === "unknown" && once ? whenUnknown! : runTool;
  const run = child === undefined
    ? () => perform(checked.value, context)
    : () => child.run(checked.value);
  return { call, run, tool: name, timeout, context, scope, child };
}

/** Outcome of a call without a start: a log of version 2 may end after the decision. */
const NOT_STARTED: NotRun = {
  outcome: "not_run",
  text: "The session ended before this call was started",
};

/** Validates the arguments of an earlier decision: the graph may have changed since. */
async function validateAgain(
  tool: StepTool | undefined,
  { args }: ToolCall,
): Promise<{ readonly value: unknown } | NotRun> {
  if (tool === undefined) return { outcome: "error", text: "The step no longer has this tool" };
  const result = await toolInternals(tool).schema.validate(args);
  if (!result.issues) return { value: result.value };
  const text = `The tool no longer takes these arguments: ${result.issues[0]?.message}`;
  return { outcome: "error", text };
}

/** Returns the events of a call that ended or is suspended. */
function buildEndDrafts({ prepared, end }: CallEnd): readonly EventDraft[] {
  const { call, tool, context: { callKey }, child } = prepared;
  const report = child?.report;
  if (!(end instanceof Suspension)) {
    return [{ type: "tool_finished", callKey, call, tool, ...end, ...report }];
  }
  if (end.approvals.length === 0) {
    return report === undefined ? [] : [{ type: "tool_suspended", callKey, call, tool, ...report }];
  }
  return end.approvals.map(({ callKey, ...request }, place): EventDraft => {
    const draft = { type: "approval_requested", callKey, call, ...request } as const;
    return place === 0 ? { ...draft, ...report } : draft;
  });
}

/** Returns the key of a call. A fork keeps the keys of calls that were started before it. */
function findCallKey(session: LiveSession, open: OpenCall): string {
  return open.state === "new"
    ? callKeyOf(session, session.log.position.decision, open.call)
    : open.callKey;
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

/** Returns the events that close open calls, because the user sent new input. */
export async function closeOpenCalls(session: LiveSession): Promise<readonly EventDraft[]> {
  const { head, position } = session.log;
  return await Promise.all(
    listOpenCalls(position.calls, head).map((open) => closeCall(session, open)),
  );
}

async function closeCall(session: LiveSession, open: OpenCall): Promise<EventDraft> {
  const { call, tool: name } = open;
  const callKey = findCallKey(session, open);
  const wasStarted = open.state === "waiting"
    ? open.request.reason === "unknown"
    : open.state !== "new";
  let child: ChildCall | undefined;
  if (wasStarted) {
    const tool = findTool(session.step, name);
    const context = new CallContext(session.context, session.id, session.step.id, callKey);
    child = tool && await prepareChild(session, tool, call, context);
    await child?.close();
  }
  const outcome = wasStarted ? "unknown" : "not_run";
  const type = "tool_finished";
  return {
    type,
    callKey,
    call,
    tool: name,
    outcome,
    text: "The user went on",
    ...child?.report,
  };
}
