/**
 * Preparing the calls of a decision: their checks, and what they need to run.
 *
 * @module
 */
import { findTool } from "../../graph/graph.ts";
import type { OpenCall } from "../../history/call.ts";
import type { EventDraft, ShownArgs } from "../../history/event.ts";
import { callKeyOf } from "../../history/session_name.ts";
import { type StepTool, STILL_UNKNOWN, toolInternals } from "../../tool/tool_internals.ts";
import type { LiveSession } from "../live_session.ts";
import { draftApproval, MAY_HAVE_EFFECT, showArgs } from "./approval.ts";
import { CallContext } from "./call_context.ts";
import { childAgentOf, type ChildCall } from "./child_call.ts";
import { checkLateCall, type LateCheck } from "./late_call.ts";
import type { PreparedCall } from "./running_calls.ts";

/** Validated arguments of the calls of one decision. */
export interface ValidatedCalls {
  /** Sequence number of the decision. */
  readonly decision: number;
  /** Validated arguments, in the order of the calls. */
  readonly args: readonly unknown[];
}

/** Call that is ready to run, and the state in which it is. */
export interface ReadyCall extends PreparedCall {
  readonly open: OpenCall;
  /** Arguments with which it runs, as a person would see them. */
  readonly shown: ShownArgs;
}

/** Events to commit before the calls run, and the call if it can run. */
interface Preparation {
  readonly drafts: readonly EventDraft[];
  readonly ready?: ReadyCall;
}

/** Checks a call that is open, and returns it with what it needs to run. */
export async function prepareCall(
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
  if (mustAsk) return { drafts: [draftApproval(place, shown, "approval")] };
  const { run, whenUnknown } = toolInternals(tool!);
  if (isLookedUp && (whenUnknown === undefined || !("value" in checked))) {
    return { drafts: [draftApproval(place, shown, "unknown")] };
  }
  const context = new CallContext(session.guardContext, callKey);
  const child = await prepareChild(session, tool!, call, context);
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

/** Returns the key of a call. A fork keeps the keys of calls that were started before it. */
export function findCallKey(session: LiveSession, { callKey, call }: OpenCall): string {
  return callKey ?? callKeyOf(session, session.log.position.decision, call);
}

function prepareChild(
  session: LiveSession,
  tool: StepTool,
  call: number,
  context: CallContext,
): Promise<ChildCall> | undefined {
  return childAgentOf(tool)?.prepare(session, session.log.position.decision, call, context);
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
