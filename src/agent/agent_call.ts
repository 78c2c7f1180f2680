/**
 * A call of an agent that runs as a tool, as part of its parent's turn.
 *
 * @module
 */
import type { ChildUsage } from "../history/event.ts";
import { SessionUsage } from "../history/session_usage.ts";
import type { ToolContext } from "../tool/tool_context.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import type { ChildCall } from "../turn/call/child_call.ts";
import type { LiveSession } from "../turn/live_session.ts";

/** Parts of an agent that runs as a tool, for its calls. */
export interface AgentToolParts {
  /** Name of the tool. */
  readonly name: string;
  /** Returns the agent, which may be created after the tool. */
  readonly agent: () => AgentCore;
  /** Converts arguments to the input of the child session. */
  readonly input: (args: never) => string;
  /** Converts the parent's context to that of the child session. */
  readonly context: ((context: never) => unknown) | undefined;
}

/** One call of an agent, and its child session. */
export class AgentCall implements Pick<ChildCall, "call" | "report"> {
  /** Child session, once it is open. */
  session: LiveSession | undefined;

  constructor(
    readonly parts: AgentToolParts,
    /** Session whose decision contains the call. */
    readonly parent: LiveSession,
    /** Sequence number of the decision. */
    readonly decision: number,
    /** Place of the call in that decision, from 0. */
    readonly call: number,
    readonly context: ToolContext,
  ) {}

  get report(): ChildUsage | undefined {
    const { session, uncounted } = this;
    return session && { head: session.log.head, ...uncounted };
  }

  /** Usage that is not in the parent's log yet; undefined if there is none. */
  get uncounted(): ChildUsage | undefined {
    const { session, parent, decision, call } = this;
    if (session === undefined) return undefined;
    const counted = new SessionUsage();
    for (const event of parent.log.since(decision + 1)) {
      if ("modelCalls" in event && event.call === call) counted.addChild(event);
    }
    return session.counted.subtract(counted);
  }
}
