/**
 * Tokens, cost and calls of a session, derived from its log.
 *
 * @module
 */
import type { ChildUsage, SessionEvent } from "../history/event.ts";
import type { Usage } from "../llm/llm.ts";
import { addUsage, subtractUsage } from "../llm/usage.ts";

/** Child session whose usage its parent's log may not have counted yet. */
export interface UncountedUsage {
  /** Usage that the parent's log has not counted; undefined if there is none. */
  readonly uncounted: ChildUsage | undefined;
}

/** The fold of a log into its usage. Events are added in order, each once. */
export class SessionUsage {
  /** Tokens of all model calls, failed ones included. */
  usage: Usage = {};
  /** Price; undefined if none is known. */
  cost: number | undefined;
  /** Number of model calls. */
  modelCalls = 0;
  /** Number of tool calls. */
  toolCalls = 0;

  /** Adds up the usage of events. */
  static of(events: readonly SessionEvent[]): SessionUsage {
    const total = new SessionUsage();
    for (const event of events) total.add(event);
    return total;
  }

  /** Adds an event. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "tool_started":
        this.toolCalls++;
        return;
      case "decision":
      case "error":
      case "model_failed":
        this.modelCalls++;
        return this.#addPrice(event);
      case "approval_requested":
      case "tool_finished":
        return this.addChild(event);
      case "limit":
        if (event.usage === undefined) return;
        // An answer that was cut off.
        this.modelCalls++;
        this.#addPrice(event);
    }
  }

  /** Adds the usage of a child session. */
  addChild(child: ChildUsage): void {
    const { modelCalls = 0, toolCalls = 0 } = child;
    this.modelCalls += modelCalls;
    this.toolCalls += toolCalls;
    this.#addPrice(child);
  }

  /** Returns a copy that includes what the log has not counted yet. */
  with(children: readonly UncountedUsage[]): SessionUsage {
    const total = Object.assign(new SessionUsage(), this);
    for (const { uncounted } of children) if (uncounted !== undefined) total.addChild(uncounted);
    return total;
  }

  /** Returns the usage beyond `counted`; undefined if there is none. */
  beyond(counted: SessionUsage): ChildUsage | undefined {
    const modelCalls = this.modelCalls - counted.modelCalls;
    const toolCalls = this.toolCalls - counted.toolCalls;
    if (modelCalls === 0 && toolCalls === 0) return undefined;
    const usage = subtractUsage(this.usage, counted.usage);
    return {
      ...(Object.keys(usage).length > 0 && { usage }),
      ...(this.cost !== undefined && { cost: this.cost - (counted.cost ?? 0) }),
      modelCalls,
      toolCalls,
    };
  }

  #addPrice({ usage, cost }: { readonly usage?: Usage; readonly cost?: number }): void {
    if (usage !== undefined) this.usage = addUsage(this.usage, usage);
    if (cost !== undefined) this.cost = (this.cost ?? 0) + cost;
  }
}
