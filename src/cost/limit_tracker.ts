/**
 * Comparison of the usage of a running turn with the limits of its session.
 *
 * @module
 */
import type { ChildUsage, EventDraft, LimitReason, SessionEvent } from "../history/event.ts";
import type { Log } from "../history/log.ts";
import { SessionUsage } from "../history/session_usage.ts";
import type { Usage } from "../llm/llm.ts";
import type { Limit, Limits } from "./limits.ts";

/** Estimated tokens and price of an answer that is still arriving. */
interface ArrivingUsage {
  readonly usage?: Usage;
  readonly cost?: number;
}

/** Name of a limit. */
type LimitName = Extract<LimitReason, keyof Limit>;

/** Work that is limited: a model call, reading more of an answer, waiting to retry, or tool calls. */
type Work = "model" | "stream" | "wait" | "tools";

/** Limits that are checked for each kind of work. */
const CHECKED: Readonly<Record<Work, readonly LimitName[]>> = {
  model: ["tokens", "cost", "modelCalls", "time"],
  stream: ["tokens", "cost", "time"],
  wait: ["time"],
  tools: ["toolCalls", "time"],
};

const SCOPES = ["turn", "session"] as const;

const NO_LIMIT: Limit = {};

/** Compares the usage of one turn and its session with their limits, and with those of the parents. */
export class LimitTracker {
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #parent: LimitTracker | undefined;
  /** Usage of the events of this turn. */
  readonly #turn = new SessionUsage();
  /** Number of events that are counted or were there before the turn. */
  #counted: number;
  readonly #began: number;
  /** Places of the calls of agents that are running; undefined before the first. */
  #running: Set<number> | undefined;
  /** Usage of the sessions below this one that its log does not have yet. */
  #below = new SessionUsage();
  /** Model calls of this session and its children that have no event yet. */
  #openModelCalls = 0;
  #tooLate: EventDraft<"limit"> | undefined;
  /** True if tokens or cost are limited: then tokens that a model does not report are estimated. */
  readonly limitsTokens: boolean;
  /** True if cost is limited: then every model must have a price. */
  readonly limitsCost: boolean;
  readonly #limitsTime: boolean;
  /**
   * Returns false if a time limit ends within a delay, in milliseconds; undefined if time is not
   * limited.
   */
  readonly allowsDelay: ((milliseconds: number) => boolean) | undefined;

  /**
   * Tracks a turn that begins now.
   *
   * @param log Log of its session.
   * @param parent Tracker of the parent session's turn.
   */
  constructor(limits: Limits, log: Log, now: () => number, parent?: LimitTracker) {
    this.#limits = limits;
    this.#log = log;
    this.#now = now;
    this.#parent = parent;
    this.#counted = log.head;
    const { turn = NO_LIMIT, session: whole = NO_LIMIT } = limits;
    const isTimed = turn.time !== undefined || whole.time !== undefined;
    this.#began = isTimed ? now() : 0;
    this.#limitsTime = isTimed || parent !== undefined && parent.#limitsTime;
    this.limitsCost = turn.cost !== undefined || whole.cost !== undefined ||
      parent?.limitsCost === true;
    this.limitsTokens = this.limitsCost || turn.tokens !== undefined ||
      whole.tokens !== undefined || parent?.limitsTokens === true;
    // Bound, because of how V8 allocates function literals: see `RunningTurn.onStop`.
    this.allowsDelay = this.#limitsTime ? this.#allowsDelay.bind(this) : undefined;
  }

  /** True if an answer can reach a limit while it arrives. */
  get limitsStream(): boolean {
    return this.#limitsTime || this.limitsTokens;
  }

  /** Counts a model call until {@linkcode endModelCall}, for concurrent calls of other children. */
  beginModelCall(): void {
    this.#tooLate = undefined;
    this.#forEachUpwards((each) => each.#openModelCalls++);
  }

  /** Ends the count of a model call, whose event is now in the log. */
  endModelCall(): void {
    this.count();
    this.#forEachUpwards((each) => each.#openModelCalls--);
  }

  /** Counts the usage of a call of an agent as it runs; `uncounted` is not in the log yet. */
  beginChild(call: number, uncounted: ChildUsage | undefined): void {
    (this.#running ??= new Set()).add(call);
    if (uncounted === undefined) return;
    this.#forEachUpwards((each) => each.#below.addChild(uncounted));
  }

  /** Counts the events that were appended since the last time, for the parents too. */
  count(): void {
    const parent = this.#parent;
    const log = this.#log;
    while (this.#counted < log.head) {
      const event = log.at(this.#counted++)!;
      this.#turn.add(event);
      if (isReport(event)) this.#endChild(event);
      else if (parent !== undefined) parent.#forEachUpwards((each) => each.#below.add(event));
    }
  }

  /** Removes the usage of a child that its event in the log now has. */
  #endChild(event: Report): void {
    if (event.head === undefined || !this.#running?.delete(event.call)) return;
    // An exact zero: sums of prices are rounded.
    if (this.#running.size === 0) this.#below = new SessionUsage();
    else this.#below.removeChild(event);
  }

  /** Calls a function with this tracker and those of the parents. */
  #forEachUpwards(change: (each: LimitTracker) => void): void {
    change(this);
    const parent = this.#parent;
    if (parent !== undefined) parent.#forEachUpwards(change);
  }

  /** Returns the event of a reached limit that forbids this work; undefined if there is none. */
  reachedBefore(work: "model" | "tools"): EventDraft<"limit"> | undefined {
    return this.#findReached(work);
  }

  /** Returns the event of a limit that an arriving answer reaches; undefined if none is. */
  reachedWhile(usage: Usage, cost: number | undefined): EventDraft<"limit"> | undefined {
    const arriving = cost === undefined ? { usage } : { usage, cost };
    const reached = this.#findReached("stream", arriving);
    return reached && { ...reached, ...arriving };
  }

  /**
   * Returns the limit event to commit with a call that has no price, because a limit of cost cannot
   * be enforced without it.
   */
  limitUnpriced(cost: number | undefined): readonly EventDraft<"limit">[] {
    const holds = !this.limitsCost || cost !== undefined;
    return holds ? [] : [{ type: "limit", reason: "cost", option: "cost" }];
  }

  /**
   * Event of the time limit that a delay of this model call would exceed; undefined if there is
   * none.
   */
  get tooLate(): EventDraft<"limit"> | undefined {
    return this.#tooLate;
  }

  #allowsDelay(retryAfter: number): boolean {
    const reached = this.#findReached("wait", undefined, retryAfter);
    this.#tooLate = reached && { ...reached, retryAfter };
    return reached === undefined;
  }

  /**
   * Returns the event of the first limit that is reached, now or after a delay, of this session
   * or its parents.
   */
  #findReached(
    work: Work,
    arriving?: ArrivingUsage,
    delay: number = 0,
  ): EventDraft<"limit"> | undefined {
    this.count();
    for (const scope of SCOPES) {
      const limits = this.#limits[scope];
      if (limits === undefined) continue;
      for (const reason of CHECKED[work]) {
        const limit = limits[reason];
        if (limit === undefined) continue;
        const used = this.#amountOf(reason, scope, arriving, delay);
        // Calls that are due are already counted, because they were committed with their decision.
        const isReached = reason === "toolCalls" ? used > limit : used >= limit;
        if (!isReached) continue;
        return { type: "limit", reason, scope, limit, used, option: `limits.${scope}.${reason}` };
      }
    }
    const parent = this.#parent;
    const above = parent && parent.#findReached(work, arriving, delay);
    return above && { ...above, scope: "caller" };
  }

  /** Time of the first event of the session. */
  get #sessionBegan(): number {
    return this.#log.position.began ?? this.#began;
  }

  /** Returns what the turn or the session has used, including an arriving answer. */
  #amountOf(
    reason: LimitName,
    scope: "turn" | "session",
    arriving: ArrivingUsage = {},
    delay: number,
  ): number {
    const isTurn = scope === "turn";
    const total = isTurn ? this.#turn : this.#log.position.usage;
    const below = this.#running?.size ? this.#below : undefined;
    switch (reason) {
      case "tokens":
        return countTokens(total.usage) + countTokens(below?.usage) + countTokens(arriving.usage);
      case "cost":
        // JSON has no Infinity.
        return Math.min(
          (total.cost ?? 0) + (below?.cost ?? 0) + (arriving.cost ?? 0),
          Number.MAX_VALUE,
        );
      case "modelCalls":
        return total.modelCalls + (below?.modelCalls ?? 0) + this.#openModelCalls;
      case "toolCalls":
        return total.toolCalls + (below?.toolCalls ?? 0);
      case "time":
        return this.#now() + delay - (isTurn ? this.#began : this.#sessionBegan);
    }
  }
}

function countTokens({ input = 0, output = 0 }: Usage = {}): number {
  return input + output;
}

/** Event that may have the usage of a child session. */
type Report = SessionEvent<"approval_requested" | "tool_suspended" | "tool_finished">;

function isReport(event: SessionEvent): event is Report {
  return event.type === "approval_requested" || event.type === "tool_suspended" ||
    event.type === "tool_finished";
}
