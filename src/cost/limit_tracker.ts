/**
 * Compares the usage of a running turn with the limits of its session.
 *
 * @module
 */
import type { EventDraft } from "../history/event.ts";
import type { Log } from "../history/log.ts";
import type { Usage } from "../llm/llm.ts";
import { type Amounts, findReached, type Limits, type ReachedLimit, type Work } from "./limits.ts";
import { SessionUsage, type UncountedUsage } from "./session_usage.ts";

/** Session whose usage is limited. */
export interface TrackedSession {
  /** Its log. */
  readonly log: Log;
  /** Its child sessions that run, or ran last. */
  readonly childCalls: readonly UncountedUsage[];
}

/** Part of the usage of a call that has not ended: tokens and price of an answer that arrives. */
interface Arriving {
  readonly usage?: Usage;
  readonly cost?: number;
}

/** Usage of a session with limits, kept up to date with its log. */
export class LimitTracker {
  readonly #limits: Limits;
  readonly #session: TrackedSession;
  readonly #now: () => number;
  readonly #parent: LimitTracker | undefined;
  readonly #usage = new SessionUsage();
  #counted = 0;
  /** Usage and time when the turn began. */
  #before: Amounts | undefined;

  /** Tracks a session; `parent` is the tracker of the session whose tool its agent is. */
  constructor(limits: Limits, session: TrackedSession, now: () => number, parent?: LimitTracker) {
    this.#limits = limits;
    this.#session = session;
    this.#now = now;
    this.#parent = parent;
  }

  /** True if tokens are limited, so that those of a model which reports none are estimated. */
  get limitsTokens(): boolean {
    const { turn, session } = this.#limits;
    return [turn, session].some((limit) => (limit?.tokens ?? limit?.cost) !== undefined) ||
      this.#parent?.limitsTokens === true;
  }

  /** True if money is limited, so that every model must have a price. */
  get limitsCost(): boolean {
    const { turn, session } = this.#limits;
    return (turn?.cost ?? session?.cost) !== undefined || this.#parent?.limitsCost === true;
  }

  /** Usage that the log has counted. */
  get counted(): SessionUsage {
    const { events } = this.#session.log;
    while (this.#counted < events.length) this.#usage.add(events[this.#counted++]!);
    return this.#usage;
  }

  /** Begins a turn. */
  begin(): void {
    this.#before = this.#amounts({}, this.#now());
  }

  /** Returns the event that ends a turn which has nothing left for the work that is due. */
  reachedBefore(work: Exclude<Work, "stream">): EventDraft<"limit"> | undefined {
    const reached = this.#reached(work, {});
    return reached && { type: "limit", ...reached };
  }

  /** Returns the event that cuts off an answer which has used so much, and is still arriving. */
  reachedWhile(usage: Usage, cost: number | undefined): EventDraft<"limit"> | undefined {
    const arriving = cost === undefined ? { usage } : { usage, cost };
    const reached = this.#reached("stream", arriving);
    return reached && { type: "limit", ...reached, ...arriving };
  }

  /** Returns the first limit that leaves nothing, of this session or of its parents. */
  #reached(work: Work, arriving: Arriving): ReachedLimit | undefined {
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

  /** Returns the usage of the session up to `time`, what is arriving included. */
  #amounts(arriving: Arriving, time: number): Amounts {
    const total = this.counted.with(this.#session.childCalls);
    total.addChild(arriving);
    const { usage: { input = 0, output = 0 }, cost = 0, modelCalls, toolCalls } = total;
    return { tokens: input + output, cost, modelCalls, toolCalls, time };
  }
}
