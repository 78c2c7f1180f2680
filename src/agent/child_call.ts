/**
 * A call of an agent that is a tool, on its way through the turn of its caller.
 *
 * @module
 */
import { type Debtor, totalOf } from "../cost/account.ts";
import type { Charge } from "../history/event.ts";
import { Spending } from "../cost/spending.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { ToolContext } from "../tool/tool_context.ts";
import { type AgentTool, type AgentToolParts, partsOf } from "./agent_tool.ts";

/** One call: whose it is, and what its session has spent. */
export class ChildCall implements Debtor {
  /** Its session, once it is open. */
  session: LiveSession | undefined;
  /** What it needs to run. */
  readonly parts: AgentToolParts;

  constructor(
    /** The session that makes the call. */
    readonly caller: LiveSession,
    tool: AgentTool,
    /** The `seq` of the decision to make it. */
    readonly decision: number,
    /** Its place in that decision. */
    readonly call: number,
    readonly context: ToolContext,
  ) {
    this.parts = partsOf(tool);
  }

  /** Makes the call; gives a `HeldCall` if it has no end yet. */
  async run(args: unknown): Promise<unknown> {
    return await (await this.parts.load()).runChild(this, args);
  }

  /** Gives up the call of a session that nobody goes on with. */
  async close(): Promise<void> {
    try {
      await (await this.parts.load()).closeChild(this);
    } catch {
      // What cannot be read cannot be charged either, and must not keep the caller from going on.
    }
  }

  get charge(): Charge | undefined {
    const { session, caller, decision, call } = this;
    if (session === undefined) return undefined;
    const { account, log, debtors } = session;
    const total = totalOf(account?.spending ?? Spending.of(log.events), debtors);
    const said = new Spending();
    for (const event of caller.log.events.slice(decision + 1)) {
      const isReport = event.type === "approval_requested" || event.type === "tool_finished";
      if (isReport && event.call === call) said.charge(event);
    }
    return total.beyond(said);
  }
}
