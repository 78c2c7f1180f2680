/**
 * Messages of a session's requests.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import type { ViewFields } from "../history/summary.ts";
import type { Message } from "../llm/llm.ts";
import { countMessage } from "./message_parts.ts";
import { Notices } from "./notices.ts";
import { renderEvent, renderSummary, ShownEvents } from "./render_event.ts";
import { type RequestPart, TranscriptParts } from "./request_parts.ts";

/** Size of a request, and of its part that the session's previous request contains too. */
export interface PromptReport {
  /** Number of messages in the request. */
  readonly messages: number;
  /** Number of leading messages that the previous request contains too. */
  readonly stableMessages: number;
  /** Characters in the request's messages; a picture or file counts as 4,000. */
  readonly chars: number;
  /** Characters in the stable messages. */
  readonly stableChars: number;
}

/** Messages of one request: the start of the transcript, and a tail. */
export interface Prompt {
  /** Number of messages from the transcript, which later requests contain too. */
  readonly stable: number;
  /** Renders the notices of the turn; undefined if there are none. */
  readonly notices: (() => Message) | undefined;
  /** Message of the current step, the last one. */
  readonly step: Message;
}

/**
 * Standing text and history of a session as messages. Each event is rendered once, when
 * messages are first read. For a model that reads none, such as a mock, none is rendered.
 */
export class Transcript extends ShownEvents {
  readonly #messages: Message[];
  /**
   * Characters up to the end of each message, so that a report need not add all of them;
   * undefined before the first report, to save memory in idle sessions.
   */
  #ends: number[] | undefined;
  readonly #notices: Notices;
  /** Summary in place of the events before it; undefined if there is none. */
  readonly #summary: ViewFields | undefined;
  /** Sequence number of the first event. */
  readonly #first: number;
  /** Parts of the messages; undefined until they are needed. */
  #parts: TranscriptParts | undefined;
  /**
   * Creates a transcript without events; `maxErrors` is the maximum number of errors in a row. A
   * summary is shown in place of the events before it.
   *
   * @param first Sequence number of the first event that is added. @default {0}
   */
  constructor(standing: Message, maxErrors: number, summary?: ViewFields, first: number = 0) {
    super();
    this.#messages = summary === undefined ? [standing] : [standing, ...renderSummary(summary)];
    this.#notices = new Notices(maxErrors);
    this.#summary = summary;
    this.#first = first;
  }

  override add(event: SessionEvent): void {
    this.#notices.add(event);
    super.add(event);
  }

  /**
   * Builds the prompt of a request from the events so far.
   *
   * @param step Message of the current step, which is the last one.
   * @param mayRespond True if the request offers RESPOND.
   */
  buildPrompt(step: Message, mayRespond = true): Prompt {
    const stable = this.#messages.length + (this.waiting?.length ?? 0);
    return { stable, notices: this.#notices.capture(mayRespond), step };
  }

  /** Returns the messages of a prompt. */
  list(prompt: Prompt): readonly Message[] {
    this.#render();
    const messages = this.#messages;
    const { stable } = prompt;
    const last = listTail(prompt);
    if (stable < messages.length) return messages.slice(0, stable).concat(last);
    // Appended in place and copied once, which takes a third of the time of concat().
    messages.push(...last);
    const list = messages.slice();
    messages.length = stable;
    return list;
  }

  /**
   * Returns the parts of a prompt's messages.
   *
   * @param log Log with the events of the transcript.
   * @param step Id of the current step.
   */
  listParts(
    { stable, notices }: Prompt,
    log: { at(seq: number): SessionEvent | undefined },
    step: string,
  ): readonly RequestPart[] {
    this.#parts ??= new TranscriptParts(this.#summary, this.#first);
    const tail: RequestPart[] = [{ kind: "step", step }];
    if (notices !== undefined) tail.unshift({ kind: "notice" });
    return this.#parts.list(stable, log).concat(tail);
  }

  /** Measures a request, and its part that the previous request `before` contains too. */
  report(request: Prompt, before: Prompt | undefined): PromptReport {
    const ends = this.#measure();
    const tail = listTail(request);
    let stableMessages = before?.stable ?? 0;
    let stableChars = ends[stableMessages - 1] ?? 0;
    const chars = ends[request.stable - 1]! + countChars(tail);
    if (before?.stable === request.stable) {
      // Requests with the same history may have messages of the tail in common.
      const tailBefore = listTail(before);
      const end = tail.findIndex((message, at) => message.content !== tailBefore[at]?.content);
      const shared = end < 0 ? tail : tail.slice(0, end);
      stableMessages += shared.length;
      stableChars += countChars(shared);
    }
    return { messages: request.stable + tail.length, stableMessages, chars, stableChars };
  }

  #render(): void {
    const { shortened = 0 } = this.#summary ?? {};
    for (const event of this.take()) {
      this.#messages.push(renderEvent(event, event.seq < shortened));
    }
  }

  /** Returns the characters up to the end of each message. Each message is measured once. */
  #measure(): readonly number[] {
    this.#render();
    const ends = this.#ends ??= [];
    while (ends.length < this.#messages.length) {
      ends.push((ends.at(-1) ?? 0) + countMessage(this.#messages[ends.length]!));
    }
    return ends;
  }
}

/** Returns the messages of a prompt after those of the transcript. */
function listTail({ notices, step }: Prompt): readonly Message[] {
  return notices === undefined ? [step] : [notices(), step];
}

function countChars(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + countMessage(message), 0);
}
