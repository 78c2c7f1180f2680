/**
 * The messages of one session: a growing array of which requests are views.
 *
 * @module
 */
import type { SessionEvent, ToolFinishedEvent } from "../history/event.ts";
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

/**
 * Renders each event once, when a message is first read: a model that reads no
 * messages, as a mock, costs none.
 */
export class Transcript {
  readonly #messages: Message[];
  /** Characters before the message at each place. */
  readonly #charsBefore: number[] = [0];
  /** The visible events that are not rendered yet. */
  #waiting: VisibleEvent[] = [];
  /** Results of a decision's calls so far; they are shown in the order of the calls. */
  #results: ToolFinishedEvent[] = [];

  /** Begins with the standing text. */
  constructor(standing: Message) {
    this.#messages = [standing];
    this.#charsBefore.push(standing.content.length);
  }

  /** Adds an event, if the model sees it. */
  add(event: SessionEvent): void {
    if (!isVisible(event)) return;
    if (event.type === "tool_finished") {
      this.#results.push(event);
      return;
    }
    this.#settleResults();
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

  /** About a request of `length` messages and a last one, of which `stable` were in the one before. */
  report(length: number, last: Message, stable: number): PromptReport {
    this.#render();
    return {
      messages: length + 1,
      stableMessages: stable,
      chars: this.#charsBefore[length]! + last.content.length,
      stableChars: this.#charsBefore[stable]!,
    };
  }

  #settleResults(): void {
    if (this.#results.length === 0) return;
    if (this.#results.length > 1) this.#results.sort((a, b) => a.call - b.call);
    this.#waiting.push(...this.#results);
    this.#results = [];
  }

  #render(): void {
    for (const event of this.#waiting) {
      const message = renderEvent(event);
      this.#charsBefore.push(this.#charsBefore.at(-1)! + message.content.length);
      this.#messages.push(message);
    }
    this.#waiting = [];
  }
}
