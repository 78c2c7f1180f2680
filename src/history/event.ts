/**
 * The entries of a session's log.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { Attempt } from "../decision/legal_actions.ts";
import type { Usage } from "../llm/llm.ts";

/** What every event has. */
export interface EventBase {
  /** Its place in the log, from 0 without gaps. */
  readonly seq: number;
  /** When it was written, in milliseconds since 1970 by the agent's `clock`. */
  readonly time: number;
}

/** The user said something. */
export interface UserEvent extends EventBase {
  /** The discriminator. */
  readonly type: "user";
  /** What they said. */
  readonly text: string;
}

/**
 * What the session of an agent that is a tool has spent, as the log of its caller
 * says it: all that was not said before. Absent for other tools.
 */
export interface Charge {
  /** The tokens of its model calls that reported them. */
  readonly usage?: Usage;
  /** What they cost, where its `cost` knows it. */
  readonly cost?: number;
  /** How often it called a model. */
  readonly modelCalls?: number;
  /** How often it called tools. */
  readonly toolCalls?: number;
}

/** The model made a legal decision. */
export interface DecisionEvent extends EventBase {
  /** The discriminator. */
  readonly type: "decision";
  /** The step in which it was made. */
  readonly step: string;
  /** The decision, in the author's form. */
  readonly decision: Decision;
  /** The tokens of the model call, where the model reports them. */
  readonly usage?: Usage;
  /** What the model call cost, where the agent's `cost` knows it. */
  readonly cost?: number;
  /** The model that answered, where the model reports it. */
  readonly model?: string;
}

/** A tool is about to be called: the intent, before any effect. */
export interface ToolStartedEvent extends EventBase {
  /** The discriminator. */
  readonly type: "tool_started";
  /** The call: session, decision and place in the decision. */
  readonly callKey: string;
  /** The place of the call in its decision, from 0. */
  readonly call: number;
  /** The tool. */
  readonly tool: string;
}

/**
 * A tool call came to its end. Every started call has one such event. They stand
 * in the order in which calls ended, for each is committed at once; the model
 * and `turn.toolResults` have them in the order of the calls.
 */
export interface ToolFinishedEvent extends EventBase, Charge {
  /** The discriminator. */
  readonly type: "tool_finished";
  /** The call. */
  readonly callKey: string;
  /** The place of the call in its decision, from 0. */
  readonly call: number;
  /** The tool. */
  readonly tool: string;
  /**
   * `"ok"`; `"error"` if it threw or took too long; `"fallback"` if it steered
   * the model; `"aborted"` if it was given up, its effect unknown; `"denied"` if
   * a person did not allow it.
   */
  readonly outcome: "ok" | "error" | "fallback" | "aborted" | "denied";
  /** The result or the reason, as the model sees it. */
  readonly text: string;
}

/**
 * A person is asked about a tool call. The turn ends when nothing else is left to
 * do. What an agent that is a tool asks about is asked anew, with whatever still
 * waits, each time that it comes to rest.
 */
export interface ApprovalRequestedEvent extends EventBase, Charge {
  /** The discriminator. */
  readonly type: "approval_requested";
  /** The call that is asked about; of an agent that is a tool, a call of its own session. */
  readonly callKey: string;
  /** The place of the call in the decision of this session, from 0. */
  readonly call: number;
  /** The tool that is asked about. */
  readonly tool: string;
  /** The arguments, as the model gave them. */
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * `"approval"`: it is not called before somebody allows it; `"unknown"`: it was
   * running when the process died, and must not run twice.
   */
  readonly reason: "approval" | "unknown";
  /** SHA-256 of key, tool and arguments, in hexadecimal: what an approval is bound to. */
  readonly hash: string;
}

/** A person decided about a tool call. */
export interface ApprovalGivenEvent extends EventBase {
  /** The discriminator. */
  readonly type: "approval_given";
  /** The call, as in the request. */
  readonly callKey: string;
  /** The place of the call in the decision of this session, from 0. */
  readonly call: number;
  /** `"approved"`: it may run; `"denied"`: it must not; `"settled"`: its result is known without running it. */
  readonly verdict: "approved" | "denied" | "settled";
  /** The reason of a denial, or the result. */
  readonly text?: string;
}

/** The session went to another step. */
export interface MovedEvent extends EventBase {
  /** The discriminator. */
  readonly type: "moved";
  /** The step it left. */
  readonly from: string;
  /** The step it is in now. */
  readonly to: string;
}

/** The model's output was no legal decision, or a call had bad arguments. */
export interface ErrorEvent extends EventBase {
  /** The discriminator. */
  readonly type: "error";
  /** The step in which it happened. */
  readonly step: string;
  /** Where in the output; empty for the whole. */
  readonly path: string;
  /** What was expected there and what was received. */
  readonly message: string;
  /** The output itself, as text, cut to 2,000 characters. The model does not see it again. */
  readonly output: string;
  /** What the output tried to do, where that can be told. */
  readonly attempt?: Attempt;
  /** The tokens of the model call, where the model reports them. */
  readonly usage?: Usage;
  /** What the model call cost, where the agent's `cost` knows it. */
  readonly cost?: number;
  /** The model that answered, where the model reports it. */
  readonly model?: string;
}

/** A model call failed and cost tokens all the same. Its error is thrown to the caller. */
export interface ModelFailedEvent extends EventBase {
  /** The discriminator. */
  readonly type: "model_failed";
  /** The step in which it happened. */
  readonly step: string;
  /** The `code` of the error. */
  readonly code: string;
  /** The tokens of the model call. */
  readonly usage: Usage;
  /** What it cost, where the agent's `cost` knows it. */
  readonly cost?: number;
}

/** The model is asked to answer with what it has, instead of going on. */
export interface FallbackEvent extends EventBase {
  /** The discriminator. */
  readonly type: "fallback";
  /** `"iterations"`: too many decisions in a turn; `"loop"`: the same call over and over. */
  readonly reason: "iterations" | "loop";
}

/** Why a turn was limited. */
export type LimitReason =
  | "errors"
  | "iterations"
  | "loop"
  | "stuck"
  | "tokens"
  | "cost"
  | "modelCalls"
  | "toolCalls"
  | "time";

/** A limit ended the turn. */
export interface LimitEvent extends EventBase {
  /** The discriminator. */
  readonly type: "limit";
  /**
   * `"errors"`: too many in a row; `"iterations"` and `"loop"` as in a fallback,
   * in a step that cannot answer; `"stuck"`: guards left nothing legal; others:
   * what ran out of the agent's `limits`.
   */
  readonly reason: LimitReason;
  /** Whose budget ran out, where one did; `"caller"`: that of a session whose tool this agent is. */
  readonly scope?: "turn" | "session" | "caller";
  /** The budget. */
  readonly limit?: number;
  /** What had been spent. */
  readonly spent?: number;
  /** The tokens, estimated, of an answer that was cut off while it arrived. */
  readonly usage?: Usage;
  /** What that answer cost, where the agent's `cost` knows it. */
  readonly cost?: number;
}

/** The session ended. */
export interface EndedEvent extends EventBase {
  /** The discriminator. */
  readonly type: "ended";
}

/** One immutable entry of a session's log. */
export type SessionEvent =
  | UserEvent
  | DecisionEvent
  | ToolStartedEvent
  | ToolFinishedEvent
  | ApprovalRequestedEvent
  | ApprovalGivenEvent
  | MovedEvent
  | ErrorEvent
  | ModelFailedEvent
  | FallbackEvent
  | LimitEvent
  | EndedEvent;

/** The name of a call: the same on every attempt. */
export function callKeyOf(sessionId: string, decision: number, call: number): string {
  return `${sessionId}/${decision}/${call}`;
}
