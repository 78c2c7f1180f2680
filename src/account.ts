/**
 * Holding the turns of a session to its limits.
 *
 * @module
 */
import type { LimitEvent } from "./history/event.ts";
import { findReached, type Limits, type Spender } from "./history/limits.ts";
import type { Log } from "./history/log.ts";
import { Spending, type Spent } from "./history/spending.ts";
import type { Usage } from "./llm/llm.ts";

/** What a session with limits has spent, kept up to date with its log. */
export class Account {
  readonly #limits: Limits;
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #spending = new Spending();
  #counted = 0;
  /** What had been spent when the turn began, and when that was. */
  #before: Spent | undefined;

  /** Opens the account of a session. */
  constructor(limits: Limits, log: Log, clock: () => number) {
    this.#limits = limits;
    this.#log = log;
    this.#clock = clock;
  }

  /** Whether tokens matter, so that those of a model which reports none are estimated. */
  get countsTokens(): boolean {
    const { turn, session } = this.#limits;
    return [turn, session].some((budget) => (budget?.tokens ?? budget?.cost) !== undefined);
  }

  /** A turn begins. */
  begin(): void {
    this.#before = this.#now();
  }

  /** The event that ends a turn which has nothing left for what it is about to do. */
  limitBefore(spender: Exclude<Spender, "stream">): LimitEvent | undefined {
    return this.#limit(spender, {});
  }

  /** The event that cuts off an answer which has cost so much, and is still arriving. */
  limitWhile(usage: Usage, cost: number | undefined): LimitEvent | undefined {
    return this.#limit("stream", cost === undefined ? { usage } : { usage, cost });
  }

  #limit(
    spender: Spender,
    arriving: { readonly usage?: Usage; readonly cost?: number },
  ): LimitEvent | undefined {
    const session = this.#now(arriving);
    const before = this.#before!;
    const began = this.#log.events[0]?.time ?? session.time;
    const spent = {
      session: { ...session, time: session.time - began },
      turn: {
        tokens: session.tokens - before.tokens,
        cost: session.cost - before.cost,
        modelCalls: session.modelCalls - before.modelCalls,
        toolCalls: session.toolCalls - before.toolCalls,
        time: session.time - before.time,
      },
    };
    const reached = findReached(this.#limits, spent, spender);
    if (reached === undefined) return undefined;
    const seq = this.#log.events.length;
    return { seq, time: session.time, type: "limit", ...reached, ...arriving };
  }

  /** What the session has spent until now, with what is arriving. */
  #now({ usage = {}, cost = 0 }: { readonly usage?: Usage; readonly cost?: number } = {}): Spent {
    const spending = this.#spending;
    const { events } = this.#log;
    while (this.#counted < events.length) spending.add(events[this.#counted++]!);
    const { tokens, ...others } = spending.spent;
    const { input = 0, output = 0 } = usage;
    return {
      ...others,
      tokens: tokens + input + output,
      cost: others.cost + cost,
      time: this.#clock(),
    };
  }
}
