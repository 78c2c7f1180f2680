/**
 * The messages of one session: a growing array of which requests are views.
 *
 * @module
 */
import type { DecisionEvent, SessionEvent, ToolFinishedEvent } from "../history/event.ts";
import { isVisible, type VisibleEvent } from "../history/view.ts";
import type { Message } from "../llm/llm.ts";
import { renderEvent } from "./render_event.ts";

/** How much of a request the previous one of the session already had. */
export interface PromptReport {
  /** Messages in the request. */
  readonly messages: number;
  /** Leading messages that are the same objects as in the previous request. */
  readonly stableMessages: number;
  /** Characters in the request's messages. */
  readonly chars: number;
  /** Characters in the stable messages. */
  readonly stableChars: number;
}

/** A request: so many messages of the transcript, and a last one. */
export interface Shown {
  /** How many messages stand before the last one. */
  readonly length: number;
  /** The last one. */
  readonly last: Message;
}

/** Which steps ask for reasoning: what they do not ask for is not shown. */
export type ReasoningSteps = ReadonlyMap<string, { readonly reasoning: boolean }>;

/**
 * Renders each event once, when a message is first read: a model that reads no
 * messages, as a mock, costs none.
 */
export class Transcript {
  readonly #messages: Message[];
  /** The visible events that are not rendered yet. */
  #waiting: VisibleEvent[] = [];
  /** Results of a decision's calls so far; they are shown in the order of the calls. */
  #results: ToolFinishedEvent[] = [];
  #lastDecision: DecisionEvent | undefined;
  readonly #steps: ReasoningSteps;

  /** Begins with the standing text. */
  constructor(standing: Message, steps: ReasoningSteps) {
    this.#steps = steps;
    this.#messages = [standing];
  }

  /** Adds an event, if the model sees it. */
  add(event: SessionEvent): void {
    if (!isVisible(event)) return;
    if (event.type === "tool_finished") {
      this.#results.push(event);
      return;
    }
    this.#settleResults(true);
    this.#lastDecision = event.type === "decision" ? event : undefined;
    this.#waiting.push(event);
  }

  /** How many messages stand before the last one of a request made now. */
  get length(): number {
    this.#settleResults();
    return this.#messages.length + this.#waiting.length;
  }

  /** The first `length` messages and a last one. */
  list(length: number, last: Message): Message[] {
    this.#render();
    const messages = this.#messages;
    const next = messages[length];
    // One copy of the right length; a copy that then grows would be copied again.
    messages[length] = last;
    const list = messages.slice(0, length + 1);
    if (next === undefined) messages.pop();
    else messages[length] = next;
    return list;
  }

  /** About a request, and what of it was in the one before. */
  report(request: Shown, before: Shown | undefined): PromptReport {
    this.#render();
    const stableMessages = before?.length ?? 0;
    const stableChars = this.#charsBetween(0, stableMessages);
    const messages = request.length + 1;
    const chars = stableChars + this.#charsBetween(stableMessages, request.length) +
      request.last.content.length;
    // A request that is made again has the same last message too, at the same place.
    return stableMessages === request.length && before?.last === request.last
      ? { messages, stableMessages: messages, chars, stableChars: chars }
      : { messages, stableMessages, chars, stableChars };
  }

  #charsBetween(from: number, to: number): number {
    let chars = 0;
    for (let at = from; at < to; at++) chars += this.#messages[at]!.content.length;
    return chars;
  }

  /** Results are shown when they are complete, or when something else follows them. */
  #settleResults(isOver = false): void {
    if (this.#results.length === 0) return;
    const decision = this.#lastDecision?.decision;
    const calls = decision?.action === "TOOL_CALL" ? decision.calls.length : 0;
    if (!isOver && this.#results.length < calls) return;
    if (this.#results.length > 1) this.#results.sort((a, b) => a.call - b.call);
    this.#waiting.push(...this.#results);
    this.#results = [];
  }

  #render(): void {
    for (const event of this.#waiting) {
      // A step that is no longer in the graph is taken for one that asked for reasoning.
      const reasons = event.type !== "decision" ||
        (this.#steps.get(event.step)?.reasoning ?? true);
      this.#messages.push(renderEvent(event, reasons));
    }
    this.#waiting.length = 0;
  }
}
