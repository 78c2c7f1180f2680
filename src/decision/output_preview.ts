/**
 * Deltas of an output that a model is still writing.
 *
 * @module
 */
import { IncrementalJson, type JsonPath, type JsonPiece } from "../json/incremental_json.ts";
import { MAX_THOUGHTS, START_REGEXP, THOUGHTS_END } from "./output.ts";

/**
 * Part of an output that a model is still writing, in a stream of `session.stream()`.
 * Deltas are a preview: the `decision` event that follows has the whole output. An
 * `error` event or a `restart` invalidates all deltas since the event before.
 */
export type Delta =
  | {
    /** Discriminator. */
    readonly type: "delta";
    /** More of the response: text, or JSON in a step with an `answer` schema. */
    readonly field: "response";
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** Discriminator. */
    readonly type: "delta";
    /** More of the reasoning. */
    readonly field: "reasoning";
    /** Index of the reasoning text, from 0. */
    readonly index: number;
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** Discriminator. The output starts again, for example after a retry: discard the deltas since the last event. */
    readonly type: "restart";
  };

/**
 * Parses the text of one decision while it arrives, and returns deltas of its reasoning
 * and its response. It looks for the object where `parseOutput()` does, and does not check that
 * the decision is legal, which is known only when it is complete.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OutputPreview } from "./output_preview.ts";
 *
 * const preview = new OutputPreview();
 * assertEquals(preview.push('{"reasoning":[],"decision":{"action":"RESPOND","respo'), []);
 * const [delta] = preview.push('nse":"Good mor');
 * assertEquals(delta, { type: "delta", field: "response", text: "Good mor" });
 * ```
 */
export class OutputPreview {
  /** Parser of the current attempt; undefined before its object begins. */
  #json: IncrementalJson | undefined;
  /** Text since the start of the current attempt, as far as it may still be needed. */
  #text = "";
  /** Index of the first character in `#text` that the parser does not have. */
  #at = 0;
  /** Number of characters that the parser has. */
  #parsed = 0;
  /** True if thoughts end before the next attempt. */
  #isInThoughts = false;
  #endedThoughts = 0;
  /** True if an object may follow thoughts: the output began with neither an object nor a fence. */
  #mayThink = false;
  /** True if deltas of the current attempt were returned. */
  #isShown = false;

  /**
   * Parses more text and returns its deltas. Never throws. Returns no deltas for a response
   * that is null, for thoughts, and for text around the object. If an attempt turns out to be no
   * whole object, the next one begins with a restart.
   */
  push(text: string): readonly Delta[] {
    const deltas: Delta[] = [];
    this.#text += text;
    while (this.#advance(deltas));
    return deltas;
  }

  /** Advances by one state; returns false if more text is needed. */
  #advance(deltas: Delta[]): boolean {
    if (this.#isInThoughts) return this.#skipThoughts(deltas);
    if (this.#json !== undefined) return this.#parse(this.#json, deltas);
    const start = findObject(this.#text);
    if (start === undefined) {
      this.#text = this.#text.trim();
      return false;
    }
    if (start >= 0) {
      this.#json = new IncrementalJson(isShown);
      this.#at = start;
      return true;
    }
    this.#mayThink ||= !START_REGEXP.test(this.#text);
    this.#isInThoughts = true;
    return true;
  }

  #parse(json: IncrementalJson, deltas: Delta[]): boolean {
    const text = this.#text.slice(this.#at);
    this.#at += text.length;
    this.#parsed += text.length;
    // A loop, because most texts are a few characters: `flatMap` would take longer than the parser.
    for (const piece of json.push(text)) {
      const delta = buildDelta(piece);
      if (delta === undefined) continue;
      deltas.push(delta);
      this.#isShown = true;
    }
    if (!this.#mayThink) {
      this.#text = "";
      this.#at = 0;
      return false;
    }
    this.#isInThoughts = (json.fault ?? Infinity) < this.#parsed;
    return this.#isInThoughts;
  }

  #skipThoughts(deltas: Delta[]): boolean {
    const end = this.#mayThink ? this.#text.indexOf(THOUGHTS_END) : -1;
    if (end < 0) {
      this.#text = this.#text.slice(1 - THOUGHTS_END.length);
      return false;
    }
    if (++this.#endedThoughts > MAX_THOUGHTS) this.#mayThink = false;
    if (this.#isShown) deltas.push({ type: "restart" });
    this.#text = this.#text.slice(end + THOUGHTS_END.length);
    this.#json = undefined;
    this.#parsed = 0;
    this.#isShown = false;
    this.#isInThoughts = !this.#mayThink;
    return true;
  }
}

/** Matches the text before an object. */
const BEFORE_REGEXP = /^\s*(?:(?:`{3,}|~{3,})[\w+.-]*\s*)?(?=\{)/;
/** Matches a text after which an object may still begin. */
const UNDECIDED_REGEXP = /^\s*(?:`{0,2}|~{0,2}|(?:`{3,}|~{3,})[\w+.-]*\s*)$/;

/**
 * Returns the index at which the object of a text begins; -1 if there is none, undefined if that
 * is not known yet. White space includes the byte-order mark.
 */
function findObject(text: string): number | undefined {
  const before = BEFORE_REGEXP.exec(text)?.[0];
  if (before !== undefined) return before.length;
  return UNDECIDED_REGEXP.test(text) ? undefined : -1;
}

function isShown(path: JsonPath): boolean {
  if (path.length !== 2) return false;
  const [field, key] = path;
  return field === "decision" && key === "response" ||
    field === "reasoning" && typeof key === "number";
}

function buildDelta({ path, kind, text }: JsonPiece): Delta | undefined {
  const index = path[1];
  if (typeof index === "number") {
    return kind === "characters" ? { type: "delta", field: "reasoning", index, text } : undefined;
  }
  if (kind === "literal" && text === "null") return undefined;
  return { type: "delta", field: "response", text };
}
