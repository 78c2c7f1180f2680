/**
 * Comparison of the usage of a running turn with the limits of its session.
 *
 * @module
 */
import type { ChildUsage, EventDraft, LimitReason, SessionEvent } from "../history/event.ts";
import type { Log } from "../history/log.ts";
import type { Usage } from "../llm/llm.ts";
import type { Limit, Limits } from "./limits.ts";
import { SessionUsage } from "./session_usage.ts";

/** Session whose usage is limited. */
interface TrackedSession {
  /** Log of the session. */
  readonly log: Log;
  /** Usage of the whole log. */
  readonly counted: SessionUsage;
}

/** Estimated tokens and price of an answer that is still arriving. */
interface ArrivingUsage {
  readonly usage?: Usage;
  readonly cost?: number;
}

/** Amounts that limits are compared with. */
type Amounts = Readonly<Required<Limit>>;

/** Limit that was reached, as recorded in its event. */
interface ReachedLimit {
  /** Name of the limit. */
  readonly reason: Extract<LimitReason, keyof Limit>;
  /** Value of the limit. */
  readonly limit: number;
  /** Usage when it was reached. */
  readonly used: number;
}

/** Work that is limited: a model call, reading more of an answer, waiting to retry, or tool calls. */
type Work = "model" | "stream" | "wait" | "tools";

/** Limits that are checked for each kind of work. */
const CHECKED: Readonly<Record<Work, readonly (keyof Limit)[]>> = {
  model: ["tokens", "cost", "modelCalls", "time"],
  stream: ["tokens", "cost", "time"],
  wait: ["time"],
  tools: ["toolCalls", "time"],
};

const SCOPES = ["turn", "session"] as const;

/** Compares the usage of one turn and its session with their limits, and with those of the parents. */
export class LimitTracker {
  readonly #limits: Limits;
  readonly #session: TrackedSession;
  readonly #now: () => number;
  readonly #parent: LimitTracker | undefined;
  /** Usage of the events of this turn. */
  readonly #turn = new SessionUsage();
  /** Number of events that are counted or were there before the turn. */
  #counted: number;
  readonly #began: number;
  /** Places of the calls of agents that are running. */
  readonly #running = new Set<number>();
  /** Usage of the sessions below this one that its log does not have yet. */
  #below = new SessionUsage();
  /** Model calls of this session and its children that have no event yet. */
  #openModelCalls = 0;
  #tooLate: EventDraft<"limit"> | undefined;
  /**
   * Returns false if a time limit ends within a delay, in milliseconds; undefined if time is not
   * limited.
   */
  readonly allowsDelay: ((milliseconds: number) => boolean) | undefined;

  /** Tracks a turn that begins now; `parent` is the tracker of the parent session's turn. */
  constructor(limits: Limits, session: TrackedSession, now: () => number, parent?: LimitTracker) {
    this.#limits = limits;
    this.#session = session;
    this.#now = now;
    this.#parent = parent;
    this.#counted = session.log.events.length;
    this.#began = this.#limitsAny("time") ? now() : 0;
    // Bound, because V8 keeps objects with a closure in a field until a full collection.
    this.allowsDelay = this.#limitsTime ? this.#allowsDelay.bind(this) : undefined;
  }

  /** True if tokens or cost are limited: then tokens that a model does not report are estimated. */
  get limitsTokens(): boolean {
    return this.#limitsAny("tokens") || this.#limitsAny("cost") ||
      this.#parent?.limitsTokens === true;
  }

  /** True if cost is limited: then every model must have a price. */
  get limitsCost(): boolean {
    return this.#limitsAny("cost") || this.#parent?.limitsCost === true;
  }

  /** True if an answer can reach a limit while it arrives. */
  get limitsStream(): boolean {
    return this.#limitsTime || this.limitsTokens;
  }

  get #limitsTime(): boolean {
    const parent = this.#parent;
    return this.#limitsAny("time") || parent !== undefined && parent.#limitsTime;
  }

  #limitsAny(name: keyof Limit): boolean {
    const { turn, session } = this.#limits;
    return turn?.[name] !== undefined || session?.[name] !== undefined;
  }

  /** Counts a model call until {@linkcode endModelCall}, for concurrent calls of other children. */
  beginModelCall(): void {
    this.#tooLate = undefined;
    for (const each of this.#upwards()) each.#openModelCalls++;
  }

  /** Ends the count of a model call, whose event is now in the log. */
  endModelCall(): void {
    this.count();
    for (const each of this.#upwards()) each.#openModelCalls--;
  }

  /** Counts the usage of a call of an agent as it runs; `uncounted` is not in the log yet. */
  beginChild(call: number, uncounted: ChildUsage | undefined): void {
    this.#running.add(call);
    if (uncounted === undefined) return;
    for (const each of this.#upwards()) each.#below.addChild(uncounted);
  }

  /** Counts the events that were appended since the last time, for the parents too. */
  count(): void {
    const { events } = this.#session.log;
    while (this.#counted < events.length) {
      const event = events[this.#counted++]!;
      this.#turn.add(event);
      if (isReport(event)) this.#endChild(event);
      else for (const each of this.#upwards()) if (each !== this) each.#below.add(event);
    }
  }

  /** Removes the usage of a child that its event in the log now has. */
  #endChild(event: Report): void {
    if (event.head === undefined || !this.#running.delete(event.call)) return;
    // An exact zero: sums of prices are rounded.
    if (this.#running.size === 0) this.#below = new SessionUsage();
    else this.#below.removeChild(event);
  }

  /** Lists this tracker and those of the parents. */
  *#upwards(): Generator<LimitTracker> {
    yield this;
    if (this.#parent !== undefined) yield* this.#parent.#upwards();
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

  /** Event of the time limit for which a delay of this model call is too long; undefined if none is. */
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
    for (const scope of SCOPES) {
      const limit = this.#limits[scope];
      const reached = limit &&
        findReached(limit, this.#amountsOf(scope, limit, arriving, delay), work);
      if (reached === undefined) continue;
      const { reason, ...amounts } = reached;
      return { type: "limit", reason, scope, ...amounts, option: `limits.${scope}.${reason}` };
    }
    const parent = this.#parent;
    const above = parent && parent.#findReached(work, arriving, delay);
    return above && { ...above, scope: "caller" };
  }

  /** Returns the usage of the turn or the session, including an arriving answer. */
  #amountsOf(
    scope: "turn" | "session",
    limit: Limit,
    arriving: ArrivingUsage | undefined,
    delay: number,
  ): Amounts {
    this.count();
    const { log: { events }, counted } = this.#session;
    const total = (scope === "turn" ? this.#turn : counted).copy();
    if (this.#running.size > 0) total.addChild(this.#below);
    if (arriving !== undefined) total.addChild(arriving);
    const { usage: { input = 0, output = 0 }, cost = 0, toolCalls } = total;
    const modelCalls = total.modelCalls + this.#openModelCalls;
    const began = scope === "turn" ? this.#began : events[0]?.time ?? this.#began;
    const time = limit.time === undefined ? 0 : this.#now() + delay - began;
    return { tokens: input + output, cost, modelCalls, toolCalls, time };
  }
}

/** Event that may have the usage of a child session. */
type Report = SessionEvent<"approval_requested" | "tool_suspended" | "tool_finished">;

function isReport(event: SessionEvent): event is Report {
  return event.type === "approval_requested" || event.type === "tool_suspended" ||
    event.type === "tool_finished";
}

/** Returns the first reached limit that forbids this work; undefined if there is none. */
function findReached(limits: Limit, used: Amounts, work: Work): ReachedLimit | undefined {
  for (const reason of CHECKED[work]) {
    const limit = limits[reason];
    const amount = used[reason];
    // Calls that are due are already counted, because they were committed with their decision.
    const isReached = limit !== undefined &&
      (reason === "toolCalls" ? amount > limit : amount >= limit);
    if (isReached) return { reason, limit, used: amount };
  }
  return undefined;
}
