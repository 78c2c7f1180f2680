/**
 * What was said, for the spans of those who want it there.
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/tree/v0.1.0/model/gen-ai} the JSON Schemas of messages
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import { callKeyOf } from "../history/event.ts";
import type { Message } from "../llm/llm.ts";
import { redactKeys } from "../json/secret_patterns.ts";
import { resultText } from "../tool/result_text.ts";
import { cutText, type Entry, fitJson } from "./fit_json.ts";

/** Writes content as attributes: without what is to be hidden, and of a bounded length. */
export class SpanContent {
  readonly #maxChars: number;
  readonly #redact: ((text: string) => string) | undefined;

  /** Makes it of the most characters of an attribute, and what hides secrets. */
  constructor(maxChars: number, redact: ((text: string) => string) | undefined) {
    this.#maxChars = maxChars;
    this.#redact = redact;
  }

  /** A text, or a value as JSON. */
  text(value: unknown): string {
    return cutText(this.#hidden(value), this.#maxChars);
  }

  /** What a model was asked: the last messages, as many as there is room for. */
  input(messages: readonly Message[]): string {
    const fitting = fitJson(this.#newestFirst(messages), this.#maxChars - "[]".length);
    return `[${fitting.reverse().join(",")}]`;
  }

  /** What a model decided, or an agent said: the one message that came out. */
  output(entries: readonly Entry[]): string {
    const [start, end] = ['[{"role":"assistant","parts":[', "]}]"];
    const room = this.#maxChars - start.length - end.length;
    return `${start}${fitJson(entries, room).join(",")}${end}`;
  }

  /** The parts of a decision; its calls have the ids that they have in the log. */
  decisionParts(decision: Decision, sessionId: string, seq: number): Entry[] {
    const parts = decision.reasoning.map((text) => this.textPart(text, "reasoning"));
    switch (decision.action) {
      case "RESPOND":
        parts.push(this.textPart(decision.response));
        break;
      case "TOOL_CALL":
        for (const [call, { tool: name, args }] of decision.calls.entries()) {
          const id = callKeyOf(sessionId, seq, call);
          const frame = (content: unknown) => ({ type: "tool_call", id, name, arguments: content });
          parts.push({ text: this.#hidden(args), isJson: true, frame });
        }
        break;
      case "MOVE":
        parts.push({ text: decision.step, frame: (step) => ({ type: "move", step }) });
        break;
      case "END":
        if (decision.response !== undefined) parts.push(this.textPart(decision.response));
        parts.push({ text: "", frame: () => ({ type: "end" }) });
        break;
      default:
        decision satisfies never;
    }
    return parts;
  }

  /** What was said. */
  textPart(said: unknown, type = "text"): Entry {
    return { text: this.#hidden(said), frame: (content) => ({ type, content }) };
  }

  /** One by one, for what there is no room for need not be looked through. */
  *#newestFirst(messages: readonly Message[]): Generator<Entry> {
    for (let at = messages.length - 1; at >= 0; at--) {
      const { role, content: text, callId: id } = messages[at]!;
      const frame = (content: unknown) => {
        const part = role === "tool"
          ? { type: "tool_call_response", id, response: content }
          : { type: "text", content };
        return { role, parts: [part] };
      };
      yield { text: this.#hidden(text), frame };
    }
  }

  /** The whole text without what is to be hidden: half a secret would not be found. */
  #hidden(value: unknown): string {
    try {
      const text = resultText(value, Infinity);
      const redacted: unknown = this.#redact === undefined ? text : this.#redact(text);
      return typeof redacted === "string" ? redactKeys(redacted) : WITHHELD;
    } catch {
      return WITHHELD;
    }
  }
}

/** Stands for what has no text, or cannot be rid of what is to be hidden: it must not stop a turn. */
const WITHHELD = "[withheld]";
