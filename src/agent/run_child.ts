/**
 * Running the child session of a call, from its current position.
 *
 * @module
 */
import { pendingApprovals } from "../history/call.ts";
import { createLiveSession } from "../session/read_state.ts";
import { AgentToolError, quote } from "../errors.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Command } from "../turn/command.ts";
import { runTurn, type TurnOptions } from "../turn/loop.ts";
import { captureState } from "../turn/capture_state.ts";
import { Suspension } from "../turn/child_call.ts";
import type { ToolContext } from "../tool/tool_context.ts";
import { checkContext } from "../schema/standard_schema.ts";
import type { AgentCall, AgentToolParts } from "./agent_call.ts";
import { openChild } from "./open_child.ts";
import { findUndeliveredVerdict } from "./undelivered_verdict.ts";

/**
 * Runs a call, or continues one that was run before. If a turn of the child session
 * throws, the call stays open and the child session is `interrupted`.
 *
 * @throws {AgentToolError} if the agent has no result.
 */
export async function runChild(call: AgentCall, args: unknown): Promise<unknown> {
  const { parent, parts, context: { signal } } = call;
  if (parent.remainingLevels === 0) {
    throw new AgentToolError(
      `Cannot call agent ${quote(parts.name)}: the maximum depth of child sessions is ` +
        'reached ("maxDepth"): do the work without this tool',
    );
  }
  const context = buildContext(parts, parent.context);
  const failWith = (error: unknown) => new Suspension([], { error });
  try {
    checkChildContext(parts, context);
    call.session = await openChild(call, context);
  } catch (error) {
    return failWith(error);
  }
  const { session } = call;
  const input = session.log.head === 0 ? buildInput(parts, args) : undefined;
  try {
    await runUntilRest(call, session, input);
  } catch (error) {
    return failWith(error);
  }
  if (session.restingStatus === "needs_approval") {
    return new Suspension(pendingApprovals(session.log.position.calls));
  }
  storeState(parent, session);
  signal.throwIfAborted();
  return readResult(parts, session);
}

/** Opens the session of a call that is not run again, so that its usage is known. */
export async function closeChild(call: AgentCall): Promise<void> {
  call.session = await openChild(call, undefined);
  storeState(call.parent, call.session);
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
  return readResult(parts, session);
}

/** Runs one turn of a child session. */
async function runChildTurn(
  session: LiveSession,
  command: Command | undefined,
  options: TurnOptions,
): Promise<void> {
  session.lock(command);
  await runTurn(session, command, options);
}

/** Runs turns until the session has a result, waits for a person, or the call is aborted. */
async function runUntilRest(
  call: AgentCall,
  session: LiveSession,
  input: string | undefined,
): Promise<void> {
  const { signal } = call.context;
  const options = { signal };
  while (!signal.aborted) {
    const verdict = findUndeliveredVerdict(call, session);
    if (verdict !== undefined) {
      await runChildTurn(session, verdict, options);
    } else if (session.log.head === 0) {
      await runChildTurn(session, input, options);
    } else if (session.restingStatus === "interrupted") {
      await runChildTurn(session, { resume: true }, options);
    } else return;
  }
}

/** Replaces a session that has a result by its state. A stored session needs none. */
function storeState({ children }: LiveSession, session: LiveSession): void {
  if (children?.has(session.id)) children.set(session.id, captureState(session)());
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
function readResult({ name }: AgentToolParts, { log, restingStatus }: LiveSession): unknown {
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
