/**
 * The calls of a decision, between the log and the tools.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../abort.ts";
import { addHashes } from "./approval.ts";
import { AgentTool } from "../agent/agent_tool.ts";
import { ChildCall } from "../agent/child_call.ts";
import type { ToolCall } from "../decision/decision.ts";
import { callKeyOf, type SessionEvent } from "../history/event.ts";
import { type CallGroup, isWaiting } from "../history/position.ts";
import type { LiveSession } from "./live_session.ts";
import type { Scope } from "./observer.ts";
import type { HeldCall } from "./held_call.ts";
import { CallContext, type CallOutcome, type PreparedCall, RunningCalls } from "./running_calls.ts";
import { type HeldTool, schemaOf, unknownOf } from "../tool/tool.ts";

/**
 * Starts the calls that have not finished. Their validated arguments are given
 * right after the decision; a resumed session validates them again, which is
 * the only reason to wait; then undefined says that the turn was aborted.
 * `begun` are the keys of calls that certainly were not running before.
 */
export function startCalls(
  session: LiveSession,
  validated: readonly unknown[] | undefined,
  signal: AbortSignal | undefined,
  begun: readonly string[],
): RunningCalls | Promise<RunningCalls | undefined> {
  const group = session.log.position.pending!;
  const { tools } = session.step;
  if (validated !== undefined) {
    return start(
      session,
      group,
      signal,
      undefined,
      group.calls.map(({ tool: name }, call) => {
        return { tool: tools.find((tool) => tool.name === name)!, args: validated[call] };
      }),
    );
  }
  const validating = Promise.all(group.calls.map((call) => validateAgain(tools, call)));
  return unlessAborted(validating, signal).then((runs) =>
    runs === ABORTED || signal?.aborted ? undefined : start(session, group, signal, begun, runs)
  );
}

function start(
  session: LiveSession,
  group: CallGroup,
  signal: AbortSignal | undefined,
  begun: readonly string[] | undefined,
  runs: readonly PreparedCall["run"][],
): RunningCalls {
  const prepared: PreparedCall[] = [];
  const children: ChildCall[] = [];
  for (const [call, run] of runs.entries()) {
    if (group.finished[call] !== undefined) continue;
    if (group.waiting !== undefined && isWaiting(group, call)) continue;
    const callKey = keyOf(session, group, call);
    const context = new CallContext(session.context, session.id, session.step.id, callKey);
    const scope = scopeOf(session, group, call, run, callKey);
    // What was running when the process died is not run again, but found out about.
    const isUnknown = begun !== undefined && !begun.includes(callKey) &&
      typeof run !== "string" && run.tool.once;
    if (typeof run === "string" || !(run.tool instanceof AgentTool)) {
      prepared.push({ call, run, context, scope, isUnknown });
      continue;
    }
    const child = new ChildCall(session, run.tool, group.decision, call, context);
    children.push(child);
    prepared.push({ call, run, context, scope, isUnknown, child });
  }
  session.debtors = children;
  return new RunningCalls(prepared, session.agent.maxResultChars, signal);
}

/**
 * The events that ask a person about calls of `once` tools which were running
 * when the process died, where the tool cannot find out by itself.
 */
export async function askAboutUnknown(
  session: LiveSession,
  begun: readonly string[],
): Promise<SessionEvent[]> {
  const group = session.log.position.pending!;
  const events: SessionEvent[] = [];
  for (const [call, { tool: name, args }] of group.calls.entries()) {
    if (group.finished[call] !== undefined || isWaiting(group, call)) continue;
    const callKey = keyOf(session, group, call);
    const tool = session.step.tools.find((one) => one.name === name);
    if (tool?.once !== true || begun.includes(callKey) || unknownOf(tool) !== undefined) continue;
    events.push({
      seq: session.log.events.length + events.length,
      time: session.agent.clock(),
      type: "approval_requested",
      callKey,
      call,
      tool: name,
      args,
      reason: "unknown",
      hash: "",
    });
  }
  await addHashes(events);
  return events;
}

/** In what the call of a tool runs, where somebody watches. */
function scopeOf(
  { watch }: LiveSession,
  group: CallGroup,
  call: number,
  run: PreparedCall["run"],
  callKey: string,
): Scope | undefined {
  if (watch === undefined || typeof run === "string") return undefined;
  const { name: tool, description } = run.tool;
  return watch.toolCall({ tool, description, callKey, args: group.calls[call]!.args });
}

/** The graph may have changed since the decision was made. */
async function validateAgain(
  tools: readonly HeldTool[],
  { tool: name, args }: ToolCall,
): Promise<PreparedCall["run"]> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) return "The step no longer has this tool";
  const result = await schemaOf(tool).validate(args);
  return result.issues
    ? `The tool no longer takes these arguments: ${result.issues[0]?.message}`
    : { tool, args: result.value };
}

/** The event of a call that ended; `ahead` events will be appended before it. */
export function finishedEvent(
  session: LiveSession,
  group: CallGroup,
  { call, outcome, text, charge }: CallOutcome,
  ahead = 0,
): SessionEvent {
  const event: SessionEvent = {
    seq: session.log.events.length + ahead,
    time: session.agent.clock(),
    type: "tool_finished",
    callKey: keyOf(session, group, call),
    call,
    tool: group.calls[call]!.tool,
    outcome,
    text,
  };
  return charge === undefined ? event : { ...event, ...charge };
}

/** The events of a call that came to rest: what its session asks, it asks a person. */
export function heldEvents(
  session: LiveSession,
  { call, approvals, charge }: HeldCall,
): SessionEvent[] {
  return approvals.map(({ callKey, tool, args, reason, hash }, ahead) => {
    const event: SessionEvent = {
      seq: session.log.events.length + ahead,
      time: session.agent.clock(),
      type: "approval_requested",
      callKey,
      call,
      tool,
      args,
      reason,
      hash,
    };
    return ahead === 0 ? { ...event, ...charge } : event;
  });
}

/** The name under which a call was started; a session may have got another id since. */
function keyOf(session: LiveSession, group: CallGroup, call: number): string {
  return group.callKeys[call] ?? callKeyOf(session.id, group.decision, call);
}

/**
 * The events that close calls which were left open when the user goes on instead.
 * A promise only where an agent is called: what its session spent is found out.
 */
export function closeOpenCalls(session: LiveSession): SessionEvent[] | Promise<SessionEvent[]> {
  const group = session.log.position.pending;
  if (group === undefined) return [];
  const open = group.calls.map((_, call) => call).filter((call) => !group.finished[call]);
  const children = open.flatMap((call) => childOf(session, group, call) ?? []);
  const close = () =>
    open.map((call, ahead) => {
      const charge = children.find((child) => child.call === call)?.charge;
      const outcome = { call, outcome: "aborted", text: "The user went on", charge } as const;
      return finishedEvent(session, group, outcome, ahead);
    });
  if (children.length === 0) return close();
  return Promise.all(children.map((child) => child.close())).then(close);
}

/** The call of an agent that was started. */
function childOf(session: LiveSession, group: CallGroup, call: number): ChildCall | undefined {
  const tool = session.step.tools.find(({ name }) => name === group.calls[call]!.tool);
  const callKey = keyOf(session, group, call);
  const isAsked = group.waiting?.has(callKey);
  if (!(tool instanceof AgentTool) || isAsked) return undefined;
  const context = new CallContext(session.context, session.id, session.step.id, callKey);
  return new ChildCall(session, tool, group.decision, call, context);
}
