/**
 * The result of one turn.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { PendingApproval } from "../history/call.ts";
import type { LimitReason, SessionEvent } from "../history/event.ts";
import type { EventPart } from "../history/event_part.ts";
import { makeNotLoadedError } from "../history/log.ts";
import type { SessionStatus } from "../history/position.ts";
import { SessionUsage } from "../history/session_usage.ts";
import type { State, StateOwner } from "../history/state.ts";
import { freezeJson } from "../json/json.ts";
import type { Usage } from "../llm/llm.ts";
import type { Part } from "../llm/part.ts";
import type { PromptReport } from "../prompt/transcript.ts";
import { buildState } from "./capture_state.ts";

/** Tool call that ended in a turn, and its outcome. */
export interface ToolResult {
  /** Name of the tool. */
  readonly tool: string;
  /** Arguments, as the model wrote them, or as a person changed them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Idempotency key of the call. */
  readonly callKey: string;
  /** Outcome of the call; see the event `tool_finished`. */
  readonly outcome: SessionEvent<"tool_finished">["outcome"];
  /** Result or reason, as the model sees it. */
  readonly text: string;
  /** Parts of the result, if it has a picture or a file; bytes are base64. */
  readonly parts?: readonly EventPart[];
  /**
   * Error that the tool threw, with its stack; if the outcome is `ok`, the error that made its
   * `setData()` change nothing. Absent otherwise, and if another process ran the call. The model
   * and the log have the message of a thrown error only.
   */
  readonly cause?: unknown;
}

/** Parts of a {@linkcode Turn}. @internal */
export interface TurnParts {
  readonly owner: StateOwner;
  readonly log: readonly SessionEvent[];
  readonly from: number;
  readonly step: string;
  readonly data: unknown;
  readonly status: Exclude<SessionStatus, "running">;
  readonly response: unknown;
  readonly prompt: (() => PromptReport) | undefined;
  readonly children: (() => State["children"]) | undefined;
  readonly approvals: readonly PendingApproval[];
  readonly thrown: ReadonlyMap<string, unknown> | undefined;
  readonly input?: string | readonly Part[] | undefined;
}

/** Type of the responses in a step: text, or the output of its `answer` schema. */
export type ResponseOf<Answers, StepId extends keyof Answers = keyof Answers> = string extends
  keyof Answers ? unknown
  :
    | string
    | undefined
    | { [Id in StepId]: unknown extends Answers[Id] ? never : Answers[Id] }[StepId];

/** Turn of an agent, a union over its steps: comparing `step` narrows `response`. */
export type TurnOf<Answers, Data = unknown> = {
  [Id in keyof Answers & string]:
    & Turn<keyof Answers & string, ResponseOf<Answers, Id>, Data>
    & { readonly step: Id };
}[keyof Answers & string];

/**
 * Result of one turn: its status, its response and its events. Limits, endings and
 * interruptions are statuses, not exceptions.
 */
export class Turn<
  out StepId extends string = string,
  out Response = unknown,
  out Data = unknown,
> {
  /**
   * Status after the turn: `"waiting"` for input; `"ended"`; `"limited"`, a limit was
   * reached; `"needs_approval"`, a tool call waits for a person; or `"interrupted"`,
   * the turn was aborted, or stopped by `stopAfter`.
   */
  readonly status: Exclude<SessionStatus, "running">;
  /** Step in which the turn ended. */
  readonly step: StepId;
  /** Data of the session at the end of the turn; frozen. */
  readonly data: Readonly<Data>;
  /** Calls that wait for a person; empty unless the status is `needs_approval`. */
  readonly approvals: readonly PendingApproval[];
  /** Response to the user: text, or the output of the step's `answer` schema; undefined if there is none. */
  readonly response: Response;
  /**
   * Input that was not recorded, because the turn was aborted while it waited for another one:
   * send it again. Undefined otherwise.
   */
  readonly input: string | readonly Part[] | undefined;
  readonly #parts: TurnParts;
  readonly #to: number;

  /** Called by a session. */
  constructor(parts: TurnParts) {
    this.status = parts.status;
    this.step = parts.step as StepId;
    this.data = parts.data as Readonly<Data>;
    this.response = parts.response as Response;
    this.approvals = parts.approvals;
    this.input = parts.input;
    this.#parts = parts;
    this.#to = (parts.log.at(-1)?.seq ?? -1) + 1;
  }

  /** Returns the event with a sequence number. The log may begin with a later event than the first. */
  #at(seq: number): SessionEvent {
    const { log } = this.#parts;
    return log[seq - log[0]!.seq]!;
  }

  /** Events of the turn, in order; frozen, because the session reads them as well. */
  get events(): readonly SessionEvent[] {
    const length = this.#to - this.#parts.from;
    return Array.from({ length }, (_, place) => freezeJson(this.#at(this.#parts.from + place)));
  }

  /** True if events left the view in this turn, or are shown shortened since: see `summary`. */
  get compacted(): boolean {
    return this.events.some(({ type }) => type === "summary");
  }

  /** Decisions of the turn, in order. */
  get decisions(): readonly Decision<StepId>[] {
    return this.events.flatMap((event) =>
      event.type === "decision" ? [event.decision as Decision<StepId>] : []
    );
  }

  /** Last decision of the turn; undefined if there was none. */
  get decision(): Decision<StepId> | undefined {
    for (let at = this.#to - 1; at >= this.#parts.from; at--) {
      const event = this.#at(at);
      if (event.type === "decision") return freezeJson(event).decision as Decision<StepId>;
    }
    return undefined;
  }

  /** Limit that ended the turn, if its status is `limited`. The last event, `limit`, has the values. */
  get reason(): LimitReason | undefined {
    const last = this.#to > this.#parts.from ? this.#at(this.#to - 1) : undefined;
    return last?.type === "limit" ? last.reason : undefined;
  }

  /** Quick replies suggested with the response; empty if there are none. */
  get suggestions(): readonly string[] {
    const { decision } = this;
    return decision?.action === "RESPOND" ? decision.suggestions ?? [] : [];
  }

  /** Tool calls that ended in this turn, in the order of the calls. */
  get toolResults(): readonly ToolResult[] {
    const results: (ToolResult & { readonly order: readonly [decision: number, call: number] })[] =
      [];
    for (const event of this.events) {
      if (event.type !== "tool_finished") continue;
      // In a resumed turn, the decision may be an event of an earlier turn.
      let at = event.seq;
      while (this.#at(at).type !== "decision") at--;
      const { decision } = this.#at(at) as SessionEvent & { type: "decision" };
      const { args } = (decision as Decision & { action: "TOOL_CALL" }).calls[event.call]!;
      const { tool, callKey, outcome, text, parts } = event;
      const cause = this.#parts.thrown?.get(callKey);
      results.push({
        tool,
        args: event.args ?? args,
        callKey,
        outcome,
        text,
        ...(parts !== undefined && { parts }),
        ...(cause !== undefined && { cause }),
        order: [at, event.call],
      });
    }
    results.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
    return results.map(({ order: _, ...result }) => result);
  }

  /** Report on the prompt of the last model call; undefined if there was none. */
  get prompt(): PromptReport | undefined {
    return this.#parts.prompt?.();
  }

  /** Tokens of all model calls of the turn that reported them, including those of child sessions. */
  get usage(): Usage {
    return SessionUsage.of(this.events).usage;
  }

  /** Price of all model calls of the turn; undefined if the agent's `cost` knows none. */
  get cost(): number | undefined {
    return SessionUsage.of(this.events).cost;
  }

  /**
   * Returns the result, as `JSON.stringify(turn)` and `Response.json(turn)` write it. Decisions,
   * events, `compacted`, `prompt`, `state` and the `cause` of tool results are left out.
   */
  toJSON(): Pick<
    Turn<StepId, Response, Data>,
    | ("status" | "step" | "data" | "approvals" | "response" | "input")
    | ("reason" | "suggestions" | "toolResults" | "usage" | "cost")
  > {
    const { status, step, data, approvals, response, input } = this;
    const { reason, suggestions, usage, cost } = this;
    const toolResults = this.toolResults.map(({ cause: _, ...result }) => result);
    return {
      status,
      step,
      data,
      approvals,
      response,
      input,
      reason,
      suggestions,
      toolResults,
      usage,
      cost,
    };
  }

  /**
   * Session as JSON at the end of the turn, built when it is read.
   *
   * @throws {ConfigError} if the log is in a store, and the turn did not read what precedes its
   *   last summary: `await session.load()` first.
   */
  get state(): State {
    const { step, status } = this;
    if (this.#to > 0 && this.#parts.log[0]!.seq > 0) {
      throw makeNotLoadedError("the state", this.#parts.owner.sessionId);
    }
    const events = this.#parts.log.slice(0, this.#to);
    return buildState({ ...this.#parts.owner, step, status, events }, this.#parts.children?.());
  }
}
