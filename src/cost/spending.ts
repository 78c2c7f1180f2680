/**
 * What a session has spent, derived from its log.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";
import { addUsage, subtractUsage } from "../llm/usage.ts";
import type { Charge, SessionEvent } from "../history/event.ts";
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
      case "approval_requested":
      case "tool_finished":
        return this.charge(event);
      case "limit":
        if (event.usage === undefined) return;
        // An answer that was cut off.
        this.modelCalls++;
        this.#pay(event);
    }
  }

  /** Takes into account what another session spent for this one. */
  charge(charge: Charge): void {
    const { modelCalls = 0, toolCalls = 0 } = charge;
    this.modelCalls += modelCalls;
    this.toolCalls += toolCalls;
    this.#pay(charge);
  }

  /** What was spent beyond what was said already; undefined if that is nothing. */
  beyond(said: Spending): Charge | undefined {
    const modelCalls = this.modelCalls - said.modelCalls;
    const toolCalls = this.toolCalls - said.toolCalls;
    if (modelCalls === 0 && toolCalls === 0) return undefined;
    const usage = subtractUsage(this.usage, said.usage);
    return {
      ...(Object.keys(usage).length > 0 && { usage }),
      ...(this.cost !== undefined && { cost: this.cost - (said.cost ?? 0) }),
      modelCalls,
      toolCalls,
    };
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
