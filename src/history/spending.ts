/**
 * What a session has spent, derived from its log.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";
import { addUsage } from "../llm/usage.ts";
import type { SessionEvent } from "./event.ts";
import type { Budget } from "./limits.ts";

/** What was spent, of everything a budget may limit. */
export type Spent = Readonly<Required<Budget>>;

/** The fold of a log into what it cost. Events are added in order, each once. */
export class Spending {
  /** The tokens, those of calls that failed included. */
  usage: Usage = {};
  /** The cost; undefined if none was known. */
  cost: number | undefined;
  /** How often a model was called. */
  modelCalls = 0;
  /** How often tools were called. */
  toolCalls = 0;

  /** What these events cost. */
  static of(events: readonly SessionEvent[]): Spending {
    const spending = new Spending();
    for (const event of events) spending.add(event);
    return spending;
  }

  /** Takes an event into account. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "tool_started":
        this.toolCalls++;
        return;
      case "decision":
      case "error":
      case "model_failed":
        this.modelCalls++;
        this.#pay(event);
        return;
      case "limit":
        if (event.usage === undefined) return;
        // An answer that was cut off.
        this.modelCalls++;
        this.#pay(event);
    }
  }

  #pay({ usage, cost }: { readonly usage?: Usage; readonly cost?: number }): void {
    if (usage !== undefined) this.usage = addUsage(this.usage, usage);
    if (cost !== undefined) this.cost = (this.cost ?? 0) + cost;
  }

  /** All of it, in the terms of a budget; time is not told by the log alone. */
  get spent(): Omit<Spent, "time"> {
    const { input = 0, output = 0 } = this.usage;
    const { cost = 0, modelCalls, toolCalls } = this;
    return { tokens: input + output, cost, modelCalls, toolCalls };
  }
}
