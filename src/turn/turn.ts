/**
 * What came of one turn.
 *
 * @module
 */
import type { PendingApproval } from "../history/call.ts";
import type { Decision } from "../decision/decision.ts";
import type { LimitReason, SessionEvent } from "../history/event.ts";
import type { SessionStatus } from "../history/position.ts";
import { SessionUsage } from "../cost/session_usage.ts";
import { stateOf } from "./capture_state.ts";
import type { State } from "./state.ts";
import type { Usage } from "../llm/llm.ts";
import type { PromptReport } from "../prompt/transcript.ts";

/** One tool call of a turn and what became of it. */
export interface ToolResult {
  /** The tool. */
  readonly tool: string;
  /** The arguments, as the model gave them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The name of the call. */
  readonly callKey: string;
  /** Outcome of the call; see the event `tool_finished`. */
  readonly outcome: SessionEvent<"tool_finished">["outcome"];
  /** The result or the reason, as the model sees it. */
  readonly text: string;
}

/** What a {@linkcode Turn} is made from. @internal */
export interface TurnParts {
  readonly sessionId: string;
  readonly log: readonly SessionEvent[];
  readonly from: number;
  readonly step: string;
  readonly status: Exclude<SessionStatus, "running">;
  readonly response: unknown;
  readonly prompt: (() => PromptReport) | undefined;
  readonly children: (() => State["children"]) | undefined;
  readonly approvals: readonly PendingApproval[];
}

/** Type of the responses in a step: text, or what its `answer` schema returns as well. */
export type ResponseOf<Answers, StepId extends keyof Answers = keyof Answers> = string extends
  keyof Answers ? unknown
  :
    | string
    | undefined
    | { [Id in StepId]: unknown extends Answers[Id] ? never : Answers[Id] }[StepId];

/** Turn of an agent, a union over its steps: comparing `step` narrows `response`. */
export type TurnOf<Answers> = {
  [Id in keyof Answers & string]:
    & Turn<keyof Answers & string, ResponseOf<Answers, Id>>
    & { readonly step: Id };
}[keyof Answers & string];

/**
 * What came of one turn: why control is back, and what happened. Limits,
 * endings and interruptions are told here; they are not exceptions.
 */
export class Turn<out StepId extends string = string, out Response = unknown> {
  /**
   * Why control is back: the agent waits for input, the session `ended`, a limit
   * was reached, a tool call `needs_approval`, or the turn was `interrupted`
   * (aborted, or stopped by `stopAfter`).
   */
  readonly status: Exclude<SessionStatus, "running">;
  /** The step in which the turn came to rest. */
  readonly step: StepId;
  /** The calls that wait for a person, where the status is `needs_approval`. */
  readonly approvals: readonly PendingApproval[];
  /** What was said to the user: text, or what the step's `answer` schema gave. */
  readonly response: Response;
  readonly #log: readonly SessionEvent[];
  readonly #sessionId: string;
  readonly #from: number;
  readonly #to: number;
  readonly #prompt: (() => PromptReport) | undefined;
  readonly #children: TurnParts["children"];

  /** Made by a session. */
  constructor(parts: TurnParts) {
    this.status = parts.status;
    this.step = parts.step as StepId;
    this.response = parts.response as Response;
    this.approvals = parts.approvals;
    this.#prompt = parts.prompt;
    this.#children = parts.children;
    this.#log = parts.log;
    this.#sessionId = parts.sessionId;
    this.#from = parts.from;
    this.#to = parts.log.length;
  }

  /** The events of the turn, in order. */
  get events(): readonly SessionEvent[] {
    return this.#log.slice(this.#from, this.#to);
  }

  /** The decisions of the turn, in order. */
  get decisions(): readonly Decision<StepId>[] {
    return this.events.flatMap((event) =>
      event.type === "decision" ? [event.decision as Decision<StepId>] : []
    );
  }

  /** The last decision; undefined if none was made. */
  get decision(): Decision<StepId> | undefined {
    for (let at = this.#to - 1; at >= this.#from; at--) {
      const event = this.#log[at]!;
      if (event.type === "decision") return event.decision as Decision<StepId>;
    }
    return undefined;
  }

  /** Why a `limited` turn was limited; the `limit` event, its last one, says how far. */
  get reason(): LimitReason | undefined {
    const last = this.#to > this.#from ? this.#log[this.#to - 1]! : undefined;
    return last?.type === "limit" ? last.reason : undefined;
  }

  /** The quick replies that came with the response; empty if there were none. */
  get suggestions(): readonly string[] {
    const { decision } = this;
    return decision?.action === "RESPOND" ? decision.suggestions ?? [] : [];
  }

  /** What became of the tool calls that ended in this turn, in the order of the calls. */
  get toolResults(): readonly ToolResult[] {
    const results: (ToolResult & { readonly order: readonly [decision: number, call: number] })[] =
      [];
    for (const event of this.events) {
      if (event.type !== "tool_finished") continue;
      // A resumed turn finishes calls of a decision that lies before it.
      let at = event.seq;
      while (this.#log[at]!.type !== "decision") at--;
      const { decision } = this.#log[at] as SessionEvent & { type: "decision" };
      const { args } = (decision as Decision & { action: "TOOL_CALL" }).calls[event.call]!;
      const { tool, callKey, outcome, text } = event;
      results.push({ tool, args, callKey, outcome, text, order: [at, event.call] });
    }
    results.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
    return results.map(({ order: _, ...result }) => result);
  }

  /** About the last request to a model; undefined if there was none. */
  get prompt(): PromptReport | undefined {
    return this.#prompt?.();
  }

  /** The tokens of all model calls of the turn that reported them, those of agents it called included. */
  get usage(): Usage {
    return SessionUsage.of(this.events).usage;
  }

  /** What those model calls cost; undefined if the agent's `cost` knew of none. */
  get cost(): number | undefined {
    return SessionUsage.of(this.events).cost;
  }

  /** The session as it was at the end of the turn: serialisable, put together when it is read. */
  get state(): State {
    const events = this.#log.slice(0, this.#to);
    return stateOf(this.#sessionId, this.step, this.status, events, this.#children?.());
  }
}
