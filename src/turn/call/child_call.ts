/**
 * The contract between a turn and the agents that it calls as tools.
 *
 * @module
 */
import type { ApprovalRequest } from "../../history/call.ts";
import type { ChildUsage, ShownArgs } from "../../history/event.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { StepTool } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../agent_core.ts";
import type { LiveSession } from "../live_session.ts";

/** One call of an agent that runs as a tool, in a session of its own. */
export interface ChildCall {
  /** Place of the call in the parent's decision. */
  readonly call: number;
  /** Length of the child's log and its usage, for the parent's log; undefined if it is not open. */
  readonly report: ChildUsage | undefined;
  /** Runs the child session until it has a result. */
  run(args: unknown): Promise<unknown | Suspension>;
  /** Opens the child session without running it; undefined if it had not begun. */
  find(): Promise<LiveSession | undefined>;
  /** Opens the child session of a call that is not run again, so that its usage is known. */
  close(): Promise<void>;
  /** Validates the arguments of a verdict about a call of the child session; see `validateArgs()`. */
  validateArgs(what: string, callKey: string, args: ShownArgs["args"]): Promise<ShownArgs>;
}

/** Agent behind a tool. */
export interface ChildAgent {
  /** Prepares a call of the decision with that sequence number. */
  prepare(
    parent: LiveSession,
    decision: number,
    call: number,
    context: ToolContext,
  ): Promise<ChildCall>;
  /** Returns the same child agent with another core, which `replace` returns for each call. */
  withCore(replace: (core: AgentCore) => AgentCore): ChildAgent;
}

const childAgents = new WeakMap<StepTool, ChildAgent>();

/** Stores the agent behind a tool, for `childAgentOf()`. */
export function registerChildAgent(tool: StepTool, agent: ChildAgent): void {
  childAgents.set(tool, agent);
}

/** Returns the agent behind a tool; undefined for other tools. */
export function childAgentOf(tool: StepTool): ChildAgent | undefined {
  return childAgents.get(tool);
}

/**
 * Result of a call whose child session waits for a person, stopped with its parent, or failed
 * temporarily. The call is run again.
 */
export class Suspension {
  constructor(
    /** Calls of the child session that wait for a person. */
    readonly requests: readonly ApprovalRequest[],
    /** Error of the child session's turn, if it failed. */
    readonly failure?: { readonly error: unknown },
  ) {}
}
