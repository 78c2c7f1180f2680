/**
 * Holding the turns of a session to its limits.
 *
 * @module
 */
import type { Charge, LimitEvent } from "../history/event.ts";
import { findReached, type Limits, type ReachedLimit, type Spender } from "./limits.ts";
import type { Log } from "../history/log.ts";
import { Spending, type Spent } from "./spending.ts";
import type { Usage } from "../llm/llm.ts";

/** A call of an agent: what its session spends is spent by the caller. */
export interface Debtor {
  /** What the caller's log does not say yet; undefined if that is nothing. */
  readonly charge: Charge | undefined;
}

/** What most sessions have. */
export const NO_DEBTORS: readonly Debtor[] = Object.freeze([]);

/** A session with its debts. */
export interface Accounted {
  /** Its log. */
  readonly log: Log;
  /** The calls of agents that run, or ran last. */
  readonly debtors: readonly Debtor[];
}

/** What a log says was spent, together with what it does not say yet. */
export function totalOf(said: Spending, debtors: readonly Debtor[]): Spending {
  const total = Object.assign(new Spending(), said);
  for (const { charge } of debtors) if (charge !== undefined) total.charge(charge);
  return total;
}

/** What a session with limits has spent, kept up to date with its log. */
export class Account {
  readonly #limits: Limits;
  readonly #session: Accounted;
  readonly #clock: () => number;
  readonly #shared: Account | undefined;
  readonly #spending = new Spending();
  #counted = 0;
  /** What had been spent when the turn began, and when that was. */
  #before: Spent | undefined;

  /** Opens the account of a session; `shared` is that of the session whose tool its agent is. */
  constructor(limits: Limits, session: Accounted, clock: () => number, shared?: Account) {
    this.#limits = limits;
    this.#session = session;
    this.#clock = clock;
    this.#shared = shared;
  }

  /** Whether tokens matter, so that those of a model which reports none are estimated. */
  get countsTokens(): boolean {
    const { turn, session } = this.#limits;
    return [turn, session].some((budget) => (budget?.tokens ?? budget?.cost) !== undefined) ||
      this.#shared?.countsTokens === true;
  }

  /** Whether money matters, so that every model must have a price. */
  get countsCost(): boolean {
    const { turn, session } = this.#limits;
    return (turn?.cost ?? session?.cost) !== undefined || this.#shared?.countsCost === true;
  }

  /** What the log says was spent. */
  get spending(): Spending {
    const { events } = this.#session.log;
    while (this.#counted < events.length) this.#spending.add(events[this.#counted++]!);
    return this.#spending;
  }

  /** A turn begins. */
  begin(): void {
    this.#before = this.#spentWith({}, this.#clock());
  }

  /** The event that ends a turn which has nothing left for what it is about to do. */
  limitBefore(spender: Exclude<Spender, "stream">): LimitEvent | undefined {
    return this.#limit(spender, {});
  }

  /** The event that cuts off an answer which has cost so much, and is still arriving. */
  limitWhile(usage: Usage, cost: number | undefined): LimitEvent | undefined {
    return this.#limit("stream", cost === undefined ? { usage } : { usage, cost });
  }

  #limit(spender: Spender, arriving: Charge): LimitEvent | undefined {
    const time = this.#clock();
    const reached = this.#reached(spender, arriving, time);
    if (reached === undefined) return undefined;
    return { seq: this.#session.log.events.length, time, type: "limit", ...reached, ...arriving };
  }

  /** The first limit that leaves nothing, here or where the account is shared. */
  #reached(spender: Spender, arriving: Charge, time: number): ReachedLimit | undefined {
    const session = this.#spentWith(arriving, time);
    const before = this.#before!;
    const began = this.#session.log.events[0]?.time ?? time;
    const spent = {
      session: { ...session, time: time - began },
      turn: {
        tokens: session.tokens - before.tokens,
        cost: session.cost - before.cost,
        modelCalls: session.modelCalls - before.modelCalls,
        toolCalls: session.toolCalls - before.toolCalls,
        time: time - before.time,
      },
    };
    const reached = findReached(this.#limits, spent, spender);
    if (reached !== undefined) return reached;
    const shared = this.#shared;
    if (shared === undefined) return undefined;
    const above = shared.#reached(spender, arriving, shared.#clock());
    return above && { ...above, scope: "caller" };
  }

  /** What the session has spent until then, with what is arriving. */
  #spentWith(arriving: Charge, time: number): Spent {
    const total = totalOf(this.spending, this.#session.debtors);
    total.charge(arriving);
    return { ...total.spent, time };
  }
}
