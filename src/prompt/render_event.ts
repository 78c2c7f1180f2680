/**
 * Messages of events, and the order of the events. Equal events have equal messages.
 *
 * A model's text has the role `assistant`, and a tool's text the role `tool`. The
 * framework writes the first line of every `tool` message.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { SessionEvent } from "../history/event.ts";
import type { ViewFields } from "../history/summary.ts";
import { isBlank, oneLine, toWellFormedJson } from "../json/text.ts";
import type { Message } from "../llm/llm.ts";
import { cutText } from "../tool/result_text.ts";
import { addParts } from "./message_parts.ts";

/** Maximum length of a shortened result, in characters. */
export const SHORT_RESULT = 500;

/**
 * Renders the message of an event. It is frozen, because all requests of a session share it.
 *
 * @param isShortened True if a long result is shown shortened. @default {false}
 */
export function renderEvent(event: VisibleEvent, isShortened = false): Message {
  switch (event.type) {
    case "user":
      return addParts(createMessage("user", event.text), event.parts);
    case "decision":
      return createMessage("assistant", renderDecision(event.decision));
    case "tool_finished": {
      const { outcome, tool, args, text, callKey } = event;
      const changed = args === undefined
        ? ""
        : ` (ran with changed arguments ${oneLine(JSON.stringify(args), Infinity)})`;
      const whole = isBlank(text) ? NO_OUTPUT : text;
      const shown = isShortened ? cutText(whole, SHORT_RESULT) : whole;
      const title = `${TITLES[outcome]} ${tool}${changed}:`;
      const message = createMessage("tool", `${title}\n${shown}`, callKey);
      return isShortened ? message : addParts(message, event.parts, title);
    }
    default:
      return event satisfies never;
  }
}

/**
 * Renders the messages that stand for the events before a summary. A summary quotes users and
 * tools, so it has the role `tool`.
 */
export function renderSummary(
  { until, covered, text, first }: ViewFields,
): readonly Message[] {
  const what = covered < until ? "beginning of the conversation" : "earlier conversation";
  return [
    ...(first === undefined ? [] : [createMessage("user", first)]),
    ...(text === undefined ? [] : [createMessage("tool", `Summary of the ${what}:\n${text}`)]),
  ];
}

/** Renders a decision as the model writes it, without its reasoning. */
export function renderDecision({ reasoning: _, ...decision }: Decision): string {
  return toWellFormedJson({ decision });
}

/** Creates a frozen message. Lone surrogates in its text are replaced. */
export function createMessage(role: Message["role"], text: string, callId?: string): Message {
  const content = text.toWellFormed();
  return Object.freeze<Message>(
    callId === undefined ? { role, content } : { role, content, callId },
  );
}

/** Text sent for a blank result. */
const NO_OUTPUT = "(no output)";

const TITLES: Readonly<Record<SessionEvent<"tool_finished">["outcome"], string>> = {
  ok: "Result of",
  error: "Error from",
  redirected: "Not done by",
  denied: "Not allowed:",
  not_run: "Not run:",
  unknown: "Given up, effect unknown:",
};

/** Event that becomes a message of the history. */
export type VisibleEvent = SessionEvent<"user" | "decision" | "tool_finished">;

/**
 * Returns true if an event becomes a message of the history. The message of a move is that
 * of its decision. Refused outputs and reasoning are notices, which follow the history. A blank
 * input, as older logs contain it, has no message, because vendors refuse it.
 */
export function isVisible(event: SessionEvent): event is VisibleEvent {
  if (event.type === "user") return !isBlank(event.text);
  return event.type === "decision" || event.type === "tool_finished";
}

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
