/**
 * The messages of one session: a growing list of which requests are views.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import { isVisible, renderEvent, type VisibleEvent } from "./render_event.ts";
import type { Message } from "../llm/llm.ts";
import { Notices } from "./notices.ts";

/** Share of a request that the previous request of the session had too. */
export interface PromptReport {
  /** Number of messages in the request. */
  readonly messages: number;
  /** Number of leading messages that the previous request had too. */
  readonly stableMessages: number;
  /** Characters in the request's messages. */
  readonly chars: number;
  /** Characters in the stable messages. */
  readonly stableChars: number;
}

/** A request: a number of messages of the transcript, and those that stand behind them. */
export interface Prompt {
  /** Number of messages of the transcript: the stable part. */
  readonly stable: number;
  /** Notices of the turn, if there are any, and the current step. */
  readonly tail: () => readonly Message[];
}

/**
 * Renders each event once, when a message is first read: a model that reads no
 * messages, as a mock, costs none.
 */
export class Transcript {
  readonly #messages: Message[];
  readonly #notices: Notices;
  /** Visible events that are not rendered yet. */
  #waiting: VisibleEvent[] = [];
  /** Results of a decision's calls so far; they are shown in the order of the calls. */
  #results: SessionEvent<"tool_finished">[] = [];
  #calls = 0;

  /** Begins with the standing text; a turn may have `maxErrors` errors in a row. */
  constructor(standing: Message, maxErrors: number) {
    this.#messages = [standing];
    this.#notices = new Notices(maxErrors);
  }

  /** Adds an event. */
  add(event: SessionEvent): void {
    this.#notices.add(event);
    if (!isVisible(event)) return;
    if (event.type === "tool_finished") {
      this.#results.push(event);
      if (this.#results.length >= this.#calls) this.#flushResults();
      return;
    }
    this.#flushResults();
    const isCalling = event.type === "decision" && event.decision.action === "TOOL_CALL";
    this.#calls = isCalling ? event.decision.calls.length : 0;
    this.#waiting.push(event);
  }

  /**
   * Returns the prompt of a request made now, whose last message is `step`.
   *
   * @param mayRespond True if it offers RESPOND. `@default {true}`
   */
  prompt(step: Message, mayRespond = true): Prompt {
    const notices = this.#notices.message(mayRespond);
    const tail: readonly Message[] | undefined = notices === undefined ? [step] : undefined;
    return {
      stable: this.#messages.length + this.#waiting.length,
      tail: () => tail ?? [notices!(), step],
    };
  }

  /** Returns the messages of a prompt. */
  list({ stable, tail }: Prompt): readonly Message[] {
    this.#render();
    const messages = this.#messages;
    const last = tail();
    if (stable < messages.length) return messages.slice(0, stable).concat(last);
    // Put in place and copied once, which takes a third of the time of concat().
    messages.push(...last);
    const list = messages.slice();
    messages.length = stable;
    return list;
  }

  /** Reports on a request, and on its share that `before` had too. */
  report(request: Prompt, before: Prompt | undefined): PromptReport {
    this.#render();
    const tail = request.tail();
    let stableMessages = before?.stable ?? 0;
    let stableChars = this.#chars(0, stableMessages);
    const chars = stableChars + this.#chars(stableMessages, request.stable) + length(tail);
    if (before?.stable === request.stable) {
      // A request that is made again may have the same messages behind the history too.
      const former = before.tail();
      const same = tail.findIndex((message, at) => message.content !== former[at]?.content);
      const shared = same < 0 ? tail : tail.slice(0, same);
      stableMessages += shared.length;
      stableChars += length(shared);
    }
    return { messages: request.stable + tail.length, stableMessages, chars, stableChars };
  }

  #chars(from: number, to: number): number {
    let chars = 0;
    for (let at = from; at < to; at++) chars += this.#messages[at]!.content.length;
    return chars;
  }

  /** Shows results once they are complete, or something else follows them. */
  #flushResults(): void {
    if (this.#results.length === 0) return;
    if (this.#results.length > 1) this.#results.sort((a, b) => a.call - b.call);
    this.#waiting.push(...this.#results);
    this.#results = [];
  }

  #render(): void {
    for (const event of this.#waiting) this.#messages.push(renderEvent(event));
    this.#waiting.length = 0;
  }
}

function length(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}
