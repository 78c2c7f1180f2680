/**
 * The messages of one session: a growing array of which requests are views.
 *
 * @module
 */
import type { SessionEvent, ToolFinishedEvent } from "../history/event.ts";
import { isVisible } from "../history/view.ts";
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

/** The messages before the last one of a request, by reference and length. */
export interface Past {
  /** The array that grows; only the first `length` messages count. */
  readonly messages: readonly Message[];
  /** How many messages the request has before its last one. */
  readonly length: number;
  /** Their characters. */
  readonly chars: number;
}

/** Renders each event once. */
export class Transcript {
  readonly #messages: Message[];
  #chars: number;
  /** Results of a decision's calls so far; they are shown in the order of the calls. */
  #results: ToolFinishedEvent[] = [];
  #shown: Past | undefined;

  /** Begins with the standing text. */
  constructor(standing: Message) {
    this.#messages = [standing];
    this.#chars = standing.content.length;
  }

  /** Adds the message of an event that the model sees. */
  add(event: SessionEvent): void {
    if (!isVisible(event)) return;
    if (event.type === "tool_finished") {
      this.#results.push(event);
      return;
    }
    this.#flush();
    this.#push(renderEvent(event));
  }

  /** What comes before the last message of a request made now. */
  past(): Past {
    this.#flush();
    return { messages: this.#messages, length: this.#messages.length, chars: this.#chars };
  }

  /** Notes that a request was made, and reports what of it was seen before. */
  report(past: Past, last: Message): PromptReport {
    const stable = this.#shown;
    this.#shown = past;
    return {
      messages: past.length + 1,
      stableMessages: stable?.length ?? 0,
      chars: past.chars + last.content.length,
      stableChars: stable?.chars ?? 0,
    };
  }

  #flush(): void {
    if (this.#results.length === 0) return;
    if (this.#results.length > 1) this.#results.sort((a, b) => a.call - b.call);
    for (const result of this.#results) this.#push(renderEvent(result));
    this.#results = [];
  }

  #push(message: Message): void {
    this.#messages.push(message);
    this.#chars += message.content.length;
  }
}
