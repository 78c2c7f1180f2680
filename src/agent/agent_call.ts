/**
 * A call of an agent that runs as a tool, as part of its parent's turn.
 *
 * @module
 */
import { SessionUsage } from "../cost/session_usage.ts";
import type { ChildUsage } from "../history/event.ts";
import type { ToolContext } from "../tool/tool_context.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import type { ChildAgent, ChildCall } from "../turn/child_call.ts";
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
  /** Loads the code that runs child sessions. */
  readonly load: () => Promise<ChildRunner>;
}

/** Code that runs child sessions, loaded with the first call. */
interface ChildRunner {
  /** Runs a call until it has a result, or returns a `Suspension`. */
  runChild(call: AgentCall, args: unknown): Promise<unknown>;
  /** Runs the agent in a session of its own, outside any turn. */
  runStandalone(parts: AgentToolParts, args: unknown, context: ToolContext): Promise<unknown>;
  /** Opens the session of a call that is not run again, so that its usage is known. */
  closeChild(call: AgentCall): Promise<void>;
}

/** Agent behind a tool. */
export class ToolAgent implements ChildAgent {
  constructor(readonly parts: AgentToolParts) {}

  prepare(parent: LiveSession, decision: number, call: number, context: ToolContext): AgentCall {
    return new AgentCall(this.parts, parent, decision, call, context);
  }
}

/** One call of an agent, and its child session. */
export class AgentCall implements ChildCall {
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

  async run(args: unknown): Promise<unknown> {
    return await (await this.parts.load()).runChild(this, args);
  }

  async close(): Promise<void> {
    try {
      await (await this.parts.load()).closeChild(this);
    } catch {
      // If the child session cannot be opened, the parent continues without its usage.
    }
  }

  get uncounted(): ChildUsage | undefined {
    const { session, parent, decision, call } = this;
    if (session === undefined) return undefined;
    const total = session.counted.withUncounted(session.childCalls);
    const counted = new SessionUsage();
    for (const event of parent.log.events.slice(decision + 1)) {
      const isReport = event.type === "approval_requested" || event.type === "tool_finished";
      if (isReport && event.call === call) counted.addChild(event);
    }
    return total.subtract(counted);
  }
}
