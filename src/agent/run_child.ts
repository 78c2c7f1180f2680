/**
 * Running the session of a call, from wherever it stands.
 *
 * @module
 */
import { pendingApprovals } from "../history/call.ts";
import { liveSession } from "../session/create_session.ts";
import { AgentToolError, quote } from "../errors.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Command } from "../turn/command.ts";
import { runTurn, type TurnOptions } from "../turn/loop.ts";
import { captureState } from "../turn/capture_state.ts";
import { Suspension } from "../turn/child_call.ts";
import type { ToolContext } from "../tool/tool_context.ts";
import { checkContext } from "../schema/standard_schema.ts";
import type { AgentCall, AgentToolParts } from "./child_call.ts";
import { openChild } from "./open_child.ts";
import { untoldVerdict } from "./untold_verdict.ts";

/**
 * Makes a call, or goes on with one that was made before. What a turn of its
 * session throws leaves the call open, as it leaves the session `interrupted`.
 *
 * @throws {AgentToolError} if the agent came to no result.
 */
export async function runChild(call: AgentCall, args: unknown): Promise<unknown> {
  const { parent, parts, context: { signal } } = call;
  if (parent.levels === 0) {
    throw new AgentToolError(
      `Cannot call agent ${quote(parts.name)}: as many agents as "maxDepth" allows ` +
        "have called each other already: expected the work to be done without it",
    );
  }
  const context = contextOf(parts, parent.context);
  const failWith = (error: unknown) => new Suspension([], { error });
  try {
    checkChildContext(parts, context);
    call.session = await openChild(call, context);
  } catch (error) {
    return failWith(error);
  }
  const { session } = call;
  const input = session.log.head === 0 ? inputOf(parts, args) : undefined;
  try {
    await goOn(call, session, input);
  } catch (error) {
    return failWith(error);
  }
  if (session.restingStatus === "needs_approval") {
    return new Suspension(pendingApprovals(session.log.position.calls));
  }
  keepState(parent, session);
  signal.throwIfAborted();
  return resultOf(parts, session);
}

/** Opens the session of a call that is not made again, so that it is known what it spent. */
export async function closeChild(call: AgentCall): Promise<void> {
  call.session = await openChild(call, undefined);
  keepState(call.parent, call.session);
}

/**
 * Runs the agent in a session of its own, for nobody's turn.
 *
 * @throws {AgentToolError} if the agent came to no result, or asks a person.
 */
export async function runAlone(
  parts: AgentToolParts,
  args: unknown,
  { context, signal }: ToolContext,
): Promise<unknown> {
  const agent = parts.agent();
  const own = contextOf(parts, context);
  checkChildContext(parts, own);
  const session = liveSession(agent, agent.ids(), own, undefined, {});
  await turn(session, inputOf(parts, args), { signal });
  signal.throwIfAborted();
  return resultOf(parts, session);
}

/** Runs one turn of a child session. */
async function turn(
  session: LiveSession,
  command: Command | undefined,
  options: TurnOptions,
): Promise<void> {
  session.lock(command);
  await runTurn(session, command, options);
}

/** Runs turns until the session has a result, waits for a person, or is told to stop. */
async function goOn(
  call: AgentCall,
  session: LiveSession,
  input: string | undefined,
): Promise<void> {
  const { signal } = call.context;
  const options = { signal };
  while (!signal.aborted) {
    const verdict = untoldVerdict(call, session);
    if (verdict !== undefined) {
      await turn(session, verdict, options);
    } else if (session.log.head === 0) {
      await turn(session, input, options);
    } else if (session.restingStatus === "interrupted") {
      await turn(session, { resume: true }, options);
    } else return;
  }
}

/** Keeps of a session that is over what a state has of it. In a store it is there. */
function keepState({ children }: LiveSession, session: LiveSession): void {
  if (children?.has(session.id)) children.set(session.id, captureState(session)());
}

/**
 * Validates the context of a child session.
 *
 * @throws {ConfigError} if it is not what the agent needs.
 */
function checkChildContext({ name, agent }: AgentToolParts, context: unknown): void {
  checkContext(agent().graph.contexts, context, `Cannot call agent ${quote(name)}`);
}

function contextOf({ context }: AgentToolParts, given: unknown): unknown {
  return context === undefined ? given : context(given as never);
}

function inputOf({ name, input }: AgentToolParts, args: unknown): string {
  const text: unknown = input(args as never);
  if (typeof text === "string") return text;
  throw new AgentToolError(
    `Cannot call agent ${quote(name)}: its input is ${quote(text)}: expected text`,
  );
}

/** What the session says its result is: the same whenever it is asked. */
function resultOf({ name }: AgentToolParts, { log, restingStatus }: LiveSession): unknown {
  const what = `Cannot get a result of agent ${quote(name)}`;
  switch (restingStatus) {
    case "waiting":
    case "ended": {
      const event = log.events.findLast(({ type }) => type === "decision");
      const decision = event?.type === "decision" ? event.decision : undefined;
      if (decision?.action === "RESPOND") return decision.response;
      const said = decision?.action === "END" ? decision.response : undefined;
      return said ?? "The agent has ended the conversation";
    }
    case "limited": {
      const event = log.events.at(-1);
      const reason = event?.type === "limit" ? event.reason : "unknown";
      throw new AgentToolError(`${what}: it reached a limit: ${reason}: expected an answer before`);
    }
    case "needs_approval":
      throw new AgentToolError(
        `${what}: it waits for approval of a call: expected to be called by an agent`,
      );
    case "interrupted":
      throw new AgentToolError(`${what}: it was interrupted: expected an answer`);
    default:
      return restingStatus satisfies never;
  }
}
