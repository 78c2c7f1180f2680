/**
 * Comparison of the usage of a running turn with the limits of its session.
 *
 * @module
 */
import type { EventDraft } from "../history/event.ts";
import type { Log } from "../history/log.ts";
import type { Usage } from "../llm/llm.ts";
import { type Amounts, findReached, type Limits, type ReachedLimit, type Work } from "./limits.ts";
import { SessionUsage, type UncountedUsage } from "./session_usage.ts";

/** Session whose usage is limited. */
interface TrackedSession {
  /** Log of the session. */
  readonly log: Log;
  /** Calls of agents that are running. */
  readonly childCalls: readonly UncountedUsage[];
}

/** Estimated tokens and price of an answer that is still arriving. */
interface ArrivingUsage {
  readonly usage?: Usage;
  readonly cost?: number;
}

/** Compares the usage of a session with its limits, and with those of its parents. */
export class LimitTracker {
  readonly #limits: Limits;
  readonly #session: TrackedSession;
  readonly #now: () => number;
  readonly #parent: LimitTracker | undefined;
  readonly #usage = new SessionUsage();
  #counted = 0;
  /** Usage and time when the turn began. */
  #before: Amounts | undefined;

  /** Tracks a session; `parent` is the tracker of its parent session. */
  constructor(limits: Limits, session: TrackedSession, now: () => number, parent?: LimitTracker) {
    this.#limits = limits;
    this.#session = session;
    this.#now = now;
    this.#parent = parent;
  }

  /** True if tokens or cost are limited: then tokens that a model does not report are estimated. */
  get limitsTokens(): boolean {
    const { turn, session } = this.#limits;
    return [turn, session].some((limit) => (limit?.tokens ?? limit?.cost) !== undefined) ||
      this.#parent?.limitsTokens === true;
  }

  /** True if cost is limited: then every model must have a price. */
  get limitsCost(): boolean {
    const { turn, session } = this.#limits;
    return (turn?.cost ?? session?.cost) !== undefined || this.#parent?.limitsCost === true;
  }

  /** Usage of all events of the log. */
  get counted(): SessionUsage {
    const { events } = this.#session.log;
    while (this.#counted < events.length) this.#usage.add(events[this.#counted++]!);
    return this.#usage;
  }

  /** Starts a turn, whose usage is counted from here. */
  begin(): void {
    this.#before = this.#amounts({}, this.#now());
  }

  /** Returns the event of a reached limit that forbids this work; undefined if there is none. */
  reachedBefore(work: Exclude<Work, "stream">): EventDraft<"limit"> | undefined {
    const reached = this.#reached(work, {});
    return reached && { type: "limit", ...reached };
  }

  /** Returns the event of a limit that an arriving answer reaches; undefined if none is. */
  reachedWhile(usage: Usage, cost: number | undefined): EventDraft<"limit"> | undefined {
    const arriving = cost === undefined ? { usage } : { usage, cost };
    const reached = this.#reached("stream", arriving);
    return reached && { type: "limit", ...reached, ...arriving };
  }

  /** Returns the first limit that is reached, of this session or its parents. */
  #reached(work: Work, arriving: ArrivingUsage): ReachedLimit | undefined {
    const time = this.#now();
    const session = this.#amounts(arriving, time);
    const before = this.#before!;
    const began = this.#session.log.events[0]?.time ?? time;
    const turn: Amounts = {
      tokens: session.tokens - before.tokens,
      cost: session.cost - before.cost,
      modelCalls: session.modelCalls - before.modelCalls,
      toolCalls: session.toolCalls - before.toolCalls,
      time: time - before.time,
    };
    const used = { turn, session: { ...session, time: time - began } };
    const reached = findReached(this.#limits, used, work);
    if (reached !== undefined) return reached;
    const parent = this.#parent;
    const above = parent === undefined ? undefined : parent.#reached(work, arriving);
    return above && { ...above, scope: "caller" };
  }

  /** Returns the usage of the session up to `time`, including an arriving answer. */
  #amounts(arriving: ArrivingUsage, time: number): Amounts {
    const total = this.counted.withUncounted(this.#session.childCalls);
    total.addChild(arriving);
    const { usage: { input = 0, output = 0 }, cost = 0, modelCalls, toolCalls } = total;
    return { tokens: input + output, cost, modelCalls, toolCalls, time };
  }
}
