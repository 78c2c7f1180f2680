/**
 * Sizes of the requests of a log, as far as its events show them.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import { renderEvent, renderSummary, ShownEvents } from "../../prompt/render_event.ts";
import { partOf } from "../../prompt/request_parts.ts";
import { isSummaryCall, type ModelCall } from "../record/turn_record.ts";
import { History, type OffsetRange, PromptLayout } from "./prompt_layout.ts";
import { convertPart } from "./prompt_part.ts";
import { type Meter, type RequestSize, sizeAlone } from "./request_meter.ts";

/** Characters per token, as in estimates. */
const CHARS_PER_TOKEN = 4;

/** Measures requests by the events that they showed. */
export class LogMeter implements Meter {
  #history = new History();
  #shown = new ShownEvents();
  /** Events that requests may still show after a summary. */
  #events: SessionEvent[] = [];
  /** Parts of the history that the next request shows first. */
  #added: OffsetRange[] = [];
  /** Sequence number of the last event that a request showed. */
  #sentUntil = -1;
  /** Characters of the history that the last request showed, and the next one repeats. */
  #sentChars = 0;
  #step: string | undefined;

  /** Adds an event. */
  add(event: SessionEvent): void {
    this.#events.push(event);
    if (event.type !== "summary") return this.#shown.add(event);
    // Requests show the summary in place of the events before it.
    this.#history = new History();
    this.#sentChars = 0;
    this.#shown = new ShownEvents();
    this.#added = renderSummary(event).map((message) =>
      this.#history.add(message, { part: "summary" })
    );
    this.#events = this.#events.filter(({ seq }) => seq >= event.until);
    for (const past of this.#events) this.#shown.add(past);
    for (const past of this.#shown.take()) {
      const message = renderEvent(past, past.seq < (event.shortened ?? 0));
      const range = this.#history.add(message, convertPart(partOf(past)));
      if (past.seq > this.#sentUntil) this.#added.push(range);
    }
  }

  /**
   * Measures the next request. All that is not history is one part before it; so is the schema if
   * the event has the size of the request.
   */
  measure({ end, step }: ModelCall): RequestSize {
    const { input = 0 } = end?.usage ?? {};
    if (end !== undefined && isSummaryCall(end)) return sizeAlone(input * CHARS_PER_TOKEN, 0);
    const history = this.#history;
    for (const event of this.#shown.take()) {
      this.#added.push(history.add(renderEvent(event), convertPart(partOf(event))));
    }
    const added = this.#added;
    this.#added = [];
    this.#sentUntil = this.#events.at(-1)?.seq ?? -1;
    const sentChars = this.#sentChars;
    this.#sentChars = history.chars;
    const isNew = step !== this.#step;
    this.#step = step;
    const {
      schemaChars = 0,
      stableChars = sentChars,
      chars = Math.max(history.chars, input * CHARS_PER_TOKEN),
    } = end?.prompt ?? {};
    const head = [
      { part: "schema", name: step, chars: schemaChars, isNew },
      { part: "not in the log", chars: Math.max(0, chars - history.chars), isNew },
    ] as const;
    return {
      prompt: new PromptLayout(head, history, added),
      schemaChars,
      promptChars: end?.prompt === undefined ? history.chars : chars,
      stableChars,
      isSchemaStable: !isNew,
    };
  }
}
