/**
 * Sizes of the requests of a log, as far as its events tell.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import { renderEvent, renderSummary, type VisibleEvent } from "../../prompt/render_event.ts";
import { ShownEvents } from "../../prompt/shown_events.ts";
import {
  History,
  makeAlone,
  type MeasuredRequest,
  type OffsetRange,
  SessionPrompt,
} from "../attribute/prompt_ledger.ts";
import type { PromptRange } from "../attribute/attribute_tokens.ts";
import type { PromptPart } from "../attribute/prompt_part.ts";
import type { ModelEvent } from "../record/turn_record.ts";

/** Characters per token, as in estimates. */
const CHARS_PER_TOKEN = 4;

/** Follows the history that requests showed. */
export class LogLedger {
  #history = new History();
  #shown = new ShownEvents();
  /** Events that requests may still show after a summary. */
  #events: SessionEvent[] = [];
  #added: OffsetRange[] = [];
  #step: string | undefined;

  /** Adds an event. */
  add(event: SessionEvent): void {
    this.#events.push(event);
    if (event.type !== "summary") return this.#shown.add(event);
    // Requests show the summary in place of the events before it.
    this.#history = new History();
    this.#shown = new ShownEvents();
    this.#added = renderSummary(event).map((message) =>
      this.#history.add(message, { part: "summary" })
    );
    this.#events = this.#events.filter(({ seq }) => seq >= event.until);
    for (const past of this.#events) this.#shown.add(past);
    for (const past of this.#shown.take()) {
      this.#history.add(renderEvent(past, past.seq < (event.shortened ?? 0)), partOf(past));
    }
  }

  /**
   * Measures the request of a call. What is not of the history is one part before it, and so is the
   * schema if the event has the size of the request.
   */
  measure(end: ModelEvent): MeasuredRequest {
    if (end.type === "summary") return makeAlone((end.usage?.input ?? 0) * CHARS_PER_TOKEN, 0);
    const history = this.#history;
    const shownBefore = history.chars;
    for (const event of this.#shown.take()) {
      this.#added.push(history.add(renderEvent(event), partOf(event)));
    }
    const added = this.#added;
    this.#added = [];
    const step = "step" in end ? end.step : this.#step;
    const isSame = step === this.#step;
    this.#step = step;
    const { input = 0 } = end.usage ?? {};
    const figures = "prompt" in end ? end.prompt : undefined;
    const {
      schemaChars = 0,
      stableChars = shownBefore,
      chars = Math.max(history.chars, input * CHARS_PER_TOKEN),
    } = figures ?? {};
    const isNew = !isSame;
    const head: readonly PromptRange[] = [
      { part: "schema", ...(step !== undefined && { name: step }), chars: schemaChars, isNew },
      { part: "not in the log", chars: Math.max(0, chars - history.chars), isNew },
    ];
    return {
      prompt: new SessionPrompt(head, history, added, []),
      schemaChars,
      promptChars: figures === undefined ? history.chars : chars,
      stableChars,
      isSchemaStable: isSame,
    };
  }
}

function partOf(event: VisibleEvent): PromptPart {
  switch (event.type) {
    case "user":
      return { part: "user" };
    case "decision":
      return { part: "decisions" };
    case "tool_finished":
      return { part: "tool results", name: event.tool };
    default:
      return event satisfies never;
  }
}
