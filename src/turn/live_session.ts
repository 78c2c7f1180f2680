/**
 * The inside of a session: its log, its messages, and the lock of its turns.
 *
 * @module
 */
import { Account, type Debtor, NO_DEBTORS } from "../cost/account.ts";
import type { AgentCore } from "./agent_core.ts";
import {
  ConfigError,
  quote,
  SessionBusyError,
  SessionEndedError,
  SessionWaitingError,
} from "../errors.ts";
import type { Step } from "../graph/graph.ts";
import type { Durability } from "../history/durability.ts";
import type { Limits } from "../cost/limits.ts";
import type { Log } from "../history/log.ts";
import type { SessionStatus } from "../history/position.ts";
import type { State } from "../session/state.ts";
import type { Message } from "../llm/llm.ts";
import { type PromptReport, type Shown, Transcript } from "../prompt/transcript.ts";
import { TurnWatch } from "./turn_watch.ts";

/**
 * The sessions of calls, by the keys of the calls, in the order in which they
 * began: what lives as it is, what came to its end as its state.
 */
export type Children = Map<string, LiveSession | State>;

/** What a session may have. */
export interface LiveOptions {
  /** Whether a turn began of which the log knows nothing. Default: false. */
  readonly isInterrupted?: boolean;
  /** What it may spend. Default: the agent's limits. */
  readonly limits?: Limits | undefined;
  /** Where its log is kept. Default: in memory. */
  readonly durability?: Durability | undefined;
  /** Whose tool its agent is. Default: nobody's. */
  readonly caller?: LiveSession | undefined;
  /** The sessions of its calls to agents. Default: none. */
  readonly children?: Children | undefined;
}

/** A session while it lives in this process. */
export class LiveSession {
  /** The last input as a vector, by its place in the log; for examples that are chosen by likeness. */
  query: { readonly at: number; readonly vector: readonly number[] } | undefined;
  /** What it may still spend; absent without limits. */
  readonly account: Account | undefined;
  /** What it and its turns may spend. */
  readonly limits: Limits | undefined;
  /** Where its log is kept; absent in memory. */
  readonly durability: Durability | undefined;
  /** How many levels of agents that are tools may lie below it. */
  readonly levels: number;
  /** The sessions of its calls to agents; absent before the first, and in a store. */
  children: Children | undefined;
  /** The calls of agents that run, or ran last. */
  debtors: readonly Debtor[] = NO_DEBTORS;
  /** Who watches the turn that runs. */
  watch: TurnWatch | undefined;
  #isBusy = false;
  /** The length of the log when the last turn began: if nothing came of it, it was interrupted. */
  #begunAt: number;
  /** Whether the turn has made a request. */
  #hasAsked = false;
  #transcript: Transcript | undefined;
  #rendered = 0;
  /** The last request, and the one before it. */
  #shown: Shown | undefined;
  #shownBefore: Shown | undefined;

  constructor(
    readonly agent: AgentCore,
    readonly id: string,
    readonly context: unknown,
    readonly log: Log,
    { isInterrupted = false, limits = agent.spendingLimits, durability, caller, children }:
      LiveOptions = {},
  ) {
    this.limits = limits;
    this.durability = durability;
    this.children = children;
    this.levels = caller === undefined
      ? agent.maxDepth
      : Math.min(caller.levels - 1, agent.maxDepth);
    const shared = caller?.account;
    if (limits !== undefined || shared !== undefined) {
      this.account = new Account(limits ?? {}, this, agent.clock, shared);
    }
    this.#begunAt = isInterrupted ? log.head : -1;
  }

  /** The current step. */
  get step(): Step {
    return this.agent.graph.steps.get(this.log.position.step)!;
  }

  /** Where the session stands, a running turn aside. */
  get restingStatus(): Exclude<SessionStatus, "running"> {
    const { head, position: { status } } = this.log;
    const isSettled = status === "ended" || status === "needs_approval";
    return !isSettled && this.#begunAt === head ? "interrupted" : status;
  }

  /** Where the session stands. */
  get status(): SessionStatus {
    return this.#isBusy ? "running" : this.restingStatus;
  }

  /** Takes the lock of a turn. */
  lock(input: unknown): void {
    if (input !== undefined && typeof input !== "string") {
      const given = input === null ? "null" : `a ${typeof input}`;
      throw new ConfigError(`Cannot take ${given} as input: expected text`);
    }
    if (this.#isBusy) {
      throw new SessionBusyError(
        `Cannot begin a turn of session ${this.#name}: it is running: expected the turn before to end`,
      );
    }
    this.#isBusy = true;
  }

  /**
   * Begins the turn, or says why there can be none. One that begins with a verdict
   * is not interrupted before that is taken: it may be refused.
   */
  begin(input: string | undefined, isResume: boolean, isVerdict: boolean): void {
    if (this.restingStatus === "ended") {
      throw new SessionEndedError(
        `Cannot begin a turn of session ${this.#name}: it has ended: expected a new session`,
      );
    }
    if (isResume && this.restingStatus === "needs_approval") {
      throw new SessionWaitingError(
        `Cannot resume session ${this.#name}: calls wait for approval: expected approve() or deny()`,
      );
    }
    if (isResume && this.restingStatus === "waiting") {
      throw new SessionWaitingError(
        `Cannot resume session ${this.#name}: it waits for input: expected next() with input`,
      );
    }
    if (this.agent.observers.length > 0) this.#beginWatch(input);
    if (!isVerdict) this.#begunAt = this.log.head;
    this.#hasAsked = false;
    this.account?.begin();
  }

  #beginWatch(input: string | undefined): void {
    const { agent, id, step, log } = this;
    const turn = { agent: agent.name, sessionId: id, step: step.id };
    const watch = new TurnWatch(
      agent.observers,
      input === undefined ? turn : { ...turn, input },
    );
    this.watch = watch;
    log.onAppended = (events) => watch.committed(events);
  }

  get #name(): string {
    return quote(this.id);
  }

  /** Gives the lock back; `error` is what the turn threw. */
  end(error?: unknown): void {
    this.#isBusy = false;
    const { watch } = this;
    if (watch === undefined) return;
    this.watch = undefined;
    this.log.onAppended = undefined;
    const { restingStatus: status, step } = this;
    watch.end({ status, step: step.id, ...(error !== undefined && { error }) });
  }

  /** The session's messages, up to date with its log. */
  get transcript(): Transcript {
    const transcript = this.#transcript ??= new Transcript(
      this.agent.standing,
      this.agent.graph.steps,
    );
    const { events } = this.log;
    while (this.#rendered < events.length) transcript.add(events[this.#rendered++]!);
    return transcript;
  }

  /** Notes that a request is made now. */
  notePrompt(last: Message): void {
    this.#shownBefore = this.#shown;
    this.#shown = { length: this.transcript.length, last };
    this.#hasAsked = true;
  }

  /** What reports about the last request of this turn; undefined if there was none. */
  get prompt(): (() => PromptReport) | undefined {
    if (!this.#hasAsked) return undefined;
    const { transcript } = this;
    const shown = this.#shown!;
    const before = this.#shownBefore;
    return () => transcript.report(shown, before);
  }
}
