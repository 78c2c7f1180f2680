/**
 * Tokens, cost and calls of a session, computed from its log.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";
import { addUsage, subtractUsage } from "../llm/usage.ts";
import type { ChildUsage, SessionEvent } from "./event.ts";

/** Usage of a child session, or a part of it. */
type AnyUsage = { readonly [Key in keyof ChildUsage]?: ChildUsage[Key] | undefined };

/** Shared, to save memory in idle sessions. */
const NO_USAGE: Usage = Object.freeze({});

/** Usage of a session: a fold of its log. Events are added in order, each once. */
export class SessionUsage {
  /** Tokens of all model calls, failed ones and embeddings included. */
  usage: Usage = NO_USAGE;
  /** Price of all model calls, embeddings included; undefined if none is known. */
  cost: number | undefined;
  /** Number of model calls for decisions and summaries. */
  modelCalls = 0;
  /** Number of tool calls. */
  toolCalls = 0;

  /** Returns the usage of events. */
  static of(events: readonly SessionEvent[]): SessionUsage {
    const total = new SessionUsage();
    for (const event of events) total.add(event);
    return total;
  }

  /** Adds an event. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "tool_started":
        if (!event.wasDeferred) this.toolCalls++;
        return;
      case "embedded":
        return this.#addPrice(event);
      case "decision":
      case "error":
      case "model_failed":
        this.modelCalls++;
        return this.#addPrice(event);
      case "approval_requested":
      case "tool_suspended":
      case "tool_finished":
        return this.addChild(event);
      case "limit":
      case "summary":
        // A limit has the usage of an answer that was cut off; a summary that of its model, if any.
        if (event.usage === undefined) return;
        this.modelCalls++;
        this.#addPrice(event);
    }
  }

  /** Returns a copy, also of one that was read from JSON. */
  static from(fields: Partial<SessionUsage>): SessionUsage {
    return Object.assign(new SessionUsage(), fields);
  }

  /** Adds the usage of a child session. */
  addChild(child: AnyUsage): void {
    const { modelCalls = 0, toolCalls = 0 } = child;
    this.modelCalls += modelCalls;
    this.toolCalls += toolCalls;
    this.#addPrice(child);
  }

  /** Removes usage of a child session that was added. */
  removeChild({ modelCalls = 0, toolCalls = 0, usage, cost = 0 }: ChildUsage): void {
    this.modelCalls -= modelCalls;
    this.toolCalls -= toolCalls;
    if (usage !== undefined) this.usage = subtractUsage(this.usage, usage);
    if (this.cost !== undefined) this.cost -= cost;
  }

  /** Returns the difference to `counted`; undefined if there were no further calls. */
  subtract(counted: SessionUsage): ChildUsage | undefined {
    const modelCalls = this.modelCalls - counted.modelCalls;
    const toolCalls = this.toolCalls - counted.toolCalls;
    if (modelCalls <= 0 && toolCalls <= 0) return undefined;
    const usage = subtractUsage(this.usage, counted.usage);
    return {
      ...(Object.keys(usage).length > 0 && { usage }),
      ...(this.cost !== undefined && { cost: this.cost - (counted.cost ?? 0) }),
      modelCalls,
      toolCalls,
    };
  }

  #addPrice({ usage, cost }: Pick<AnyUsage, "usage" | "cost">): void {
    if (usage !== undefined) this.usage = addUsage(this.usage, usage);
    // JSON has no Infinity.
    if (cost !== undefined) this.cost = Math.min((this.cost ?? 0) + cost, Number.MAX_VALUE);
  }
}
