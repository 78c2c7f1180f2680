/**
 * The events of a session that requests show, in their order.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import { isVisible, type VisibleEvent } from "./render_event.ts";

/** Orders events as requests show them: the results of a decision in the order of its calls. */
export class ShownEvents {
  /** Events that were not taken yet; undefined if there are none, to save memory. */
  waiting: VisibleEvent[] | undefined;
  /** Results of the last decision's calls, until all have arrived. */
  #results: readonly SessionEvent<"tool_finished">[] = NO_RESULTS;
  /** Number of calls of the last decision. */
  #calls = 0;

  /** Adds an event; ignores those that no request shows. */
  add(event: SessionEvent): void {
    if (!isVisible(event)) return;
    if (event.type === "tool_finished") {
      this.#results = [...this.#results, event];
      if (this.#results.length >= this.#calls) this.#flushResults();
      return;
    }
    this.#flushResults();
    const isCalling = event.type === "decision" && event.decision.action === "TOOL_CALL";
    this.#calls = isCalling ? event.decision.calls.length : 0;
    // A push to an empty list reserves memory for 17 events.
    if (this.waiting === undefined) this.waiting = [event];
    else this.waiting.push(event);
  }

  /** Returns the events that waited, and no longer keeps them. */
  take(): readonly VisibleEvent[] {
    const taken = this.waiting ?? [];
    this.waiting = undefined;
    return taken;
  }

  #flushResults(): void {
    if (this.#results.length === 0) return;
    (this.waiting ??= []).push(...this.#results.toSorted((a, b) => a.call - b.call));
    this.#results = NO_RESULTS;
  }
}

/** Shared, to save memory in idle sessions. */
const NO_RESULTS: readonly SessionEvent<"tool_finished">[] = Object.freeze([]);
