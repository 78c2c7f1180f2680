/**
 * The entries of a session's log.
 *
 * @module
 */
import type { Attempt, Decision } from "../decision/decision.ts";
import type { Usage } from "../llm/llm.ts";
import type { DataChange } from "./data.ts";
import type { EventPart } from "./event_part.ts";
import type { ModelCallRecord, ModelCallUsage } from "./model_call.ts";
import type { SummaryFields } from "./summary.ts";

/** Fields that every event has. */
export interface EventBase {
  /** Sequence number, from 0 without gaps. */
  readonly seq: number;
  /** Time of the commit, in milliseconds since 1970 by the agent's `clock`. */
  readonly time: number;
  /** Present if the event was committed together with the one before it: a fork never separates them. */
  readonly joined?: true;
}

/**
 * Usage of the child session of an agent that was called as a tool, as far as earlier
 * events of the parent's log do not include it. Absent for other tools.
 */
export interface ChildUsage {
  /** Length of the child's log. A fork copies the child up to here. */
  readonly head?: number;
  /** Tokens of its model calls. */
  readonly usage?: Usage;
  /** Price of its model calls, if `cost` knows it. */
  readonly cost?: number;
  /** Number of its model calls. */
  readonly modelCalls?: number;
  /** Number of its tool calls. */
  readonly toolCalls?: number;
}

/** Place of a call: the same on every attempt. */
export interface CallPlace {
  /** Idempotency key of the call: session, incarnation, decision and place in the decision. */
  readonly callKey: string;
  /** Place of the call in the decision of this session, from 0. */
  readonly call: number;
}

/** Arguments that a person sees, and allows. */
export interface ShownArgs {
  /** Arguments with which the call runs. */
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * Present if the arguments are the input of the tool's schema, because its output is not
   * plain JSON: they are validated again before the call.
   */
  readonly isInput?: true;
}

/**
 * Fields of each type of event, beside {@linkcode EventBase}.
 *
 * @example The text of every answer in a log
 * ```ts
 * import type { SessionEvent } from "@nomos/agent";
 *
 * function answers(events: readonly SessionEvent[]): unknown[] {
 *   return events.flatMap((event) =>
 *     event.type === "decision" && event.decision.action === "RESPOND"
 *       ? [event.decision.response]
 *       : []
 *   );
 * }
 * console.log(answers([]));
 * ```
 */
export interface SessionEvents {
  /** Input of the user. */
  readonly user: {
    /** Text of the input. For a picture or file, it contains a line that describes it. */
    readonly text: string;
    /** Parts of the input, if it has a picture or a file. */
    readonly parts?: readonly EventPart[];
    /** Id of the input, if it was sent with one. */
    readonly inputId?: string;
  };
  /** Data with which the session begins. Calls change them; see `tool_finished`. */
  readonly data_set: {
    /** Data, as the agent's schema returned them. */
    readonly data: Readonly<Record<string, unknown>>;
  };
  /** Legal decision of the model. */
  readonly decision: ModelCallUsage & ModelCallRecord & {
    /** Step in which it was made. */
    readonly step: string;
    /** Decision; optional fields are absent, never null. */
    readonly decision: Decision;
    /**
     * Wrapping that was removed from the output: `"fence"`, a Markdown fence; `"think"`, thoughts
     * that are now in the reasoning; `"bom"`, a byte-order mark. Absent if there was none.
     */
    readonly unwrapped?: "fence" | "think" | "bom";
  };
  /** Start of a tool call, committed before any effect. */
  readonly tool_started: CallPlace & {
    /** Name of the tool. */
    readonly tool: string;
    /** Present if the call was started before, and deferred. */
    readonly wasDeferred?: true;
  };
  /**
   * Deferral of a call that was started and has certainly not run, because its turn ended
   * before. It waits for `resume()`.
   */
  readonly tool_deferred: CallPlace & {
    /** Name of the tool. */
    readonly tool: string;
  };
  /**
   * End of a tool call. Every started call has one. Each is committed at once, so they
   * are in the order in which calls ended; the model and `turn.toolResults` see them in
   * the order of the calls.
   */
  readonly tool_finished: CallPlace & ChildUsage & {
    /** Name of the tool. */
    readonly tool: string;
    /**
     * `"ok"`; `"error"` if it threw, timed out or returned an HTTP error; `"redirected"` if it threw a
     * `RedirectError`; `"denied"` if a person refused it; `"not_run"` if it was never
     * started; `"unknown"` if it was given up and may have had its effect.
     */
    readonly outcome: "ok" | "error" | "redirected" | "denied" | "not_run" | "unknown";
    /** Result or reason, as the model sees it. */
    readonly text: string;
    /** Parts of the result, if it has a picture or a file; `text` describes them. */
    readonly parts?: readonly EventPart[];
    /** Arguments with which it ran, if a person changed them. */
    readonly args?: Readonly<Record<string, unknown>>;
    /** Change of the data by `setData()`; absent if it changed nothing. */
    readonly data?: DataChange;
  };
  /**
   * Stop of an agent that was called as a tool before it had a result: its parent was aborted or
   * limited, or its model failed temporarily. The call continues with the next turn.
   */
  readonly tool_suspended: CallPlace & ChildUsage & {
    /** Name of the tool. */
    readonly tool: string;
    /** Present if it waits for a person, and this log has all of its requests already. */
    readonly isWaiting?: true;
  };
  /**
   * Request for the verdict of a person about a tool call. The turn ends when nothing
   * else is left to do. Each request of a child session is repeated once in the log of
   * its parent.
   */
  readonly approval_requested: CallPlace & ChildUsage & ShownArgs & {
    /** Name of the tool. */
    readonly tool: string;
    /**
     * `"approval"`: it runs only if it is allowed; `"unknown"`: a call of a `once` tool began,
     * and its outcome is unknown.
     */
    readonly reason: "approval" | "unknown";
    /**
     * SHA-256 of key, tool, arguments, reason and the sequence number of the request, in
     * hexadecimal. A verdict is bound to it.
     */
    readonly hash: string;
    /** Id of the original session, if this is a fork: the call may be allowed there too. */
    readonly alsoIn?: string;
    /**
     * Time after which a verdict is refused, in milliseconds since 1970 by the clock of the agent
     * whose call it is. Absent if it never expires.
     */
    readonly expiresAt?: number;
    /** Sequence number of the request in the log of the child session whose call it is. */
    readonly childSeq?: number;
  };
  /** Verdict about a tool call. */
  readonly approval_given: CallPlace & Partial<ShownArgs> & {
    /**
     * `"approved"`: it may run, with `args` if a person changed them; `"denied"`: it must not;
     * `"settled"`: its result is known without running it; `"retried"`: it may run again;
     * `"expired"`: no person decided in time.
     */
    readonly verdict: "approved" | "denied" | "settled" | "retried" | "expired";
    /** Reason of a denial, or the result. */
    readonly text?: string;
  };
  /** Move to another step. */
  readonly moved: {
    /** Step that the session left. */
    readonly from: string;
    /** Step that the session entered. */
    readonly to: string;
  };
  /** Refused output of the model: not a legal decision, or invalid arguments. */
  readonly error: ModelCallUsage & ModelCallRecord & {
    /** Step in which it happened. */
    readonly step: string;
    /** Path of the problem in the output; empty for the whole output. */
    readonly path: string;
    /** Description of the problem: the expected and the received value. */
    readonly message: string;
    /** Output as text, cut to 2,000 characters. */
    readonly output: string;
    /** Attempted action, if it can be recognized. */
    readonly attempt?: Attempt;
  };
  /** Model call that failed or was aborted. An error is thrown to the caller. */
  readonly model_failed: ModelCallRecord & {
    /** Step in which it happened. */
    readonly step: string;
    /** `code` of the error; `ABORTED` if the turn was aborted. */
    readonly code: string;
    /** Tokens of the call, estimated if they were not reported. */
    readonly usage: Usage;
    /** Price of the call, if the agent's `cost` knows it. */
    readonly cost?: number;
  };
  /**
   * Embedding of texts, to choose examples by similarity. Recorded if the model reports its tokens,
   * or if they must be estimated for a limit.
   */
  readonly embedded: ModelCallUsage & {
    /** Step whose examples were chosen. */
    readonly step: string;
    /** Number of texts. */
    readonly texts: number;
  };
  /**
   * Summary of older events. The log keeps them; requests show the text instead. Each summary
   * stands for all events before it, those of earlier summaries included.
   */
  readonly summary: ModelCallUsage & Pick<ModelCallRecord, "timing"> & SummaryFields;
  /** Limit after which the next request offers RESPOND alone, once. */
  readonly respond_only: {
    /** Limit that was reached; see `limit`. */
    readonly reason: "errors" | "iterations" | "loop";
  };
  /** Limit that ended the turn. */
  readonly limit: {
    /** Limit that was reached. */
    readonly reason: LimitReason;
    /** Owner of a usage limit; `"caller"`: the parent session, if this agent runs as a tool. */
    readonly scope?: "turn" | "session" | "caller";
    /** Value of the limit. */
    readonly limit?: number;
    /** Usage when it was reached. */
    readonly used?: number;
    /** Option that sets a usage limit, for example `limits.turn.modelCalls`. */
    readonly option?: string;
    /**
     * Delay that the server of a failed model call asked for, in milliseconds, if the limit ends
     * within it. `used` includes it.
     */
    readonly retryAfter?: number;
    /** Estimated tokens of an answer that was cut off while it arrived. */
    readonly usage?: Usage;
    /** Price of that answer, if the agent's `cost` knows it. */
    readonly cost?: number;
  };
  /** End of the session. */
  readonly ended: Readonly<Record<never, never>>;
}

/**
 * Reason of a limited turn: `"errors"`, too many in a row; `"iterations"`, too many
 * decisions; `"loop"`, the same calls with the same results again and again; `"stuck"`,
 * no action is legal, because guards returned false; otherwise the usage limit.
 */
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

/**
 * Immutable entry of a session's log, of any type or of one type:
 * `SessionEvent<"decision">`.
 */
export type SessionEvent<Type extends keyof SessionEvents = keyof SessionEvents> = {
  [Each in Type]: EventBase & { readonly type: Each } & SessionEvents[Each];
}[Type];

/** Event without the sequence number and time, which the log adds. */
export type EventDraft<Type extends keyof SessionEvents = keyof SessionEvents> = {
  [Each in Type]: { readonly type: Each } & SessionEvents[Each];
}[Type];
