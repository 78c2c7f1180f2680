/**
 * Running the child session of a call, from its current position.
 *
 * @module
 */
import { AgentToolError, GraphError, quote, StateError } from "../errors.ts";
import { requestsOf } from "../history/call.ts";
import type { ShownArgs } from "../history/event.ts";
import { LLMError } from "../llm/llm_error.ts";
import { checkContext } from "../schema/session_values.ts";
import { createLiveSession } from "../session/read_state.ts";
import type { ToolContext } from "../tool/tool_context.ts";
import { type ChildCall, Suspension } from "../turn/call/child_call.ts";
import { validateArgs } from "../turn/call/verdict.ts";
import { captureState } from "../turn/capture_state.ts";
import { Delivery, type GivenCommand } from "../turn/command.ts";
import type { LiveSession } from "../turn/live_session.ts";
import { runTurn } from "../turn/loop.ts";
import type { Out, StreamPart } from "../turn/stream_part.ts";
import type { StreamOptions } from "../turn/turn_options.ts";
import { AgentCall, type AgentToolParts } from "./agent_call.ts";
import { findChild, openChild } from "./open_child.ts";
import { listUndelivered } from "./undelivered_verdict.ts";

/** Call of an agent that can be run. */
class RunnableCall extends AgentCall implements ChildCall {
  run(args: unknown): Promise<unknown> {
    return runChild(this, args);
  }

  async validateArgs(what: string, callKey: string, args: ShownArgs["args"]): Promise<ShownArgs> {
    const session = await openChild(this, buildContext(this.parts, this.parent.context));
    return await validateArgs(what, session, callKey, args);
  }

  find(): Promise<LiveSession | undefined> {
    return findChild(this);
  }

  async close(): Promise<void> {
    try {
      this.session = await this.find();
      if (this.session !== undefined) keepState(this, this.session);
    } catch {
      // If the child session cannot be opened, the parent continues without its usage.
    }
  }
}

/** Prepares a call of an agent. */
export function prepareChildCall(...parts: ConstructorParameters<typeof AgentCall>): ChildCall {
  return new RunnableCall(...parts);
}

/**
 * Runs a call, or continues one that was run before. The call stays open if the child session waits
 * for a person, stopped with its parent, or failed temporarily.
 *
 * @throws {AgentToolError} if the agent has no result.
 * @throws The error of the child session, if it failed permanently.
 */
async function runChild(call: AgentCall, args: unknown): Promise<unknown> {
  const { parent, parts, context: { signal } } = call;
  if (signal.aborted) return new Suspension([]);
  if (parent.remainingLevels === 0) {
    throw new AgentToolError(
      `Cannot call agent ${quote(parts.name)}: the maximum depth of child sessions is ` +
        'reached ("maxDepth"): do the work without this tool',
    );
  }
  const context = buildContext(parts, parent.context);
  const failWith = (error: unknown) => {
    if (isFinal(error)) throw error;
    return new Suspension([], { error });
  };
  try {
    checkChildContext(parts, context);
    call.session = await openChild(call, context);
  } catch (error) {
    return failWith(error);
  }
  parent.tracker?.beginChild(call.call, call.uncounted);
  const { session } = call;
  const input = session.log.head === 0 ? buildInput(parts, args) : undefined;
  try {
    await runUntilRest(call, session, input);
  } catch (error) {
    return failWith(error);
  }
  if (session.restingStatus === "needs_approval") {
    return new Suspension(session.log.position.calls.flatMap(requestsOf));
  }
  const hasStopped = session.log.head === 0 || session.restingStatus === "interrupted" ||
    isLimitedByParent(session);
  if (hasStopped) return new Suspension([]);
  keepState(call, session);
  return readChildResult(parts, session);
}

/** Returns true if the error of a child session is permanent: continuing it would fail again. */
function isFinal(error: unknown): boolean {
  return error instanceof LLMError && !error.isRetryable || error instanceof GraphError ||
    error instanceof StateError;
}

/** Returns true if a limit of the parent ended the last turn: a turn of the parent lifts it. */
function isLimitedByParent({ log }: LiveSession): boolean {
  const last = log.events.at(-1);
  return last?.type === "limit" && last.scope === "caller";
}

/**
 * Runs the agent in a session of its own, outside any turn.
 *
 * @throws {AgentToolError} if the agent has no result, or asks for approval.
 */
export async function runStandalone(
  parts: AgentToolParts,
  args: unknown,
  { context, signal }: ToolContext,
): Promise<unknown> {
  const agent = parts.agent();
  const childContext = buildContext(parts, context);
  checkChildContext(parts, childContext);
  const session = createLiveSession(agent, agent.ids(), childContext, undefined, {});
  await runChildTurn(session, buildInput(parts, args), { signal });
  signal.throwIfAborted();
  return readChildResult(parts, session);
}

/** Runs one turn of a child session. */
async function runChildTurn(
  session: LiveSession,
  command: GivenCommand,
  options: StreamOptions,
  out?: Out<StreamPart>,
): Promise<void> {
  await runTurn(session, session.lock(), command, options, out);
}

/** Runs turns until the session has a result, waits for a person, or the call is aborted. */
async function runUntilRest(
  call: AgentCall,
  session: LiveSession,
  input: string | undefined,
): Promise<void> {
  const { parent: { childOut: outer }, context: { signal, callKey } } = call;
  const { agent: { name: agent } } = session;
  const out = outer && ((part: StreamPart) => outer({ type: "child", callKey, agent, part }));
  const run = (command: GivenCommand) =>
    runChildTurn(session, command, { signal, children: out !== undefined }, out);
  if (input !== undefined) await run(input);
  else if (isLimitedByParent(session)) await run({ resume: true });
  while (!signal.aborted) {
    const verdicts = listUndelivered(call, session);
    if (verdicts.length > 0) await run(new Delivery(verdicts));
    else if (session.restingStatus === "interrupted") await run({ resume: true });
    else return;
  }
}

/** Replaces an in-memory session that will not run again by its state. */
function keepState(
  { parent: { children }, context: { callKey } }: AgentCall,
  session: LiveSession,
) {
  if (children?.has(callKey)) children.set(callKey, captureState(session, true)());
}

/**
 * Validates the context of a child session.
 *
 * @throws {ConfigError} if the agent's schemas refuse it.
 */
function checkChildContext({ name, agent }: AgentToolParts, context: unknown): void {
  checkContext(agent().graph.contexts, context, `Cannot call agent ${quote(name)}`);
}

function buildContext({ context }: AgentToolParts, given: unknown): unknown {
  return context === undefined ? given : context(given as never);
}

function buildInput({ name, input }: AgentToolParts, args: unknown): string {
  const text: unknown = input(args as never);
  if (typeof text === "string") return text;
  throw new AgentToolError(
    `Cannot call agent ${quote(name)}: the option "input" returned ${quote(text)}: expected text`,
  );
}

/** Reads the result from the log of the session. */
function readChildResult({ name }: AgentToolParts, { log, restingStatus }: LiveSession): unknown {
  const what = `Agent ${quote(name)} has no result`;
  switch (restingStatus) {
    case "waiting":
    case "ended": {
      const event = log.events.findLast(({ type }) => type === "decision");
      const decision = event?.type === "decision" ? event.decision : undefined;
      if (decision?.action === "RESPOND") return decision.response;
      const response = decision?.action === "END" ? decision.response : undefined;
      return response ?? "The agent has ended the conversation";
    }
    case "limited": {
      const event = log.events.at(-1);
      const reason = event?.type === "limit" ? event.option ?? event.reason : "unknown";
      throw new AgentToolError(`${what}: its turn was limited (${reason}) before it answered`);
    }
    case "needs_approval":
      throw new AgentToolError(
        `${what}: one of its calls needs approval, and Tool.call() has no session that could wait ` +
          "for it: use the tool in an agent",
      );
    case "interrupted":
      throw new AgentToolError(`${what}: its turn was interrupted before it answered`);
    default:
      return restingStatus satisfies never;
  }
}
