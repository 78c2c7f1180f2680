/**
 * Conversation content as span attributes, redacted and truncated.
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/tree/v0.1.0/model/gen-ai} the JSON Schemas of messages
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import { callKeyOf, type SessionName } from "../history/session_name.ts";
import { redactSecrets } from "../json/secret_patterns.ts";
import type { Message } from "../llm/llm.ts";
import { cutText, fitJson, type JsonEntry } from "./fit_json.ts";

/** Formats content as values of span attributes, redacted and truncated. */
export class SpanContent {
  readonly #maxChars: number;
  readonly #redact: ((text: string) => string) | undefined;

  /** Creates a formatter. `maxChars` is the maximum length of an attribute. */
  constructor(maxChars: number, redact: ((text: string) => string) | undefined) {
    this.#maxChars = maxChars;
    this.#redact = redact;
  }

  /** Formats a text, or a value as JSON. */
  formatText(value: unknown): string {
    return cutText(this.#redactText(value), this.#maxChars);
  }

  /** Formats the messages of a request: the latest ones, as many as fit. */
  formatInput(messages: readonly Message[]): string {
    const fitting = fitJson(this.#newestFirst(messages), this.#maxChars - "[]".length);
    return `[${fitting.reverse().join(",")}]`;
  }

  /** Formats the message that a model or an agent produced, from its parts. */
  formatOutput(entries: readonly JsonEntry[]): string {
    const [start, end] = ['[{"role":"assistant","parts":[', "]}]"];
    const room = this.#maxChars - start.length - end.length;
    return `${start}${fitJson(entries, room).join(",")}${end}`;
  }

  /** Returns the message parts of a decision. The ids of its tool calls are their call keys. */
  makeDecisionParts(decision: Decision, session: SessionName, seq: number): JsonEntry[] {
    const parts = decision.reasoning.map((text) => this.makeTextPart(text, "reasoning"));
    switch (decision.action) {
      case "RESPOND":
        parts.push(this.makeTextPart(decision.response));
        break;
      case "TOOL_CALL":
        for (const [call, { tool: name, args }] of decision.calls.entries()) {
          const id = callKeyOf(session, seq, call);
          const wrap = (content: unknown) => ({ type: "tool_call", id, name, arguments: content });
          parts.push({ text: this.#redactText(args), isJson: true, wrap });
        }
        break;
      case "MOVE":
        parts.push({ text: decision.step, wrap: (step) => ({ type: "move", step }) });
        break;
      case "END":
        if (decision.response !== undefined) parts.push(this.makeTextPart(decision.response));
        parts.push({ text: "", wrap: () => ({ type: "end" }) });
        break;
      default:
        decision satisfies never;
    }
    return parts;
  }

  /** Returns a message part of text, or of another type with text content, such as reasoning. */
  makeTextPart(text: unknown, type = "text"): JsonEntry {
    return { text: this.#redactText(text), wrap: (content) => ({ type, content }) };
  }

  /**
   * Yields messages, the newest first. Lazy, because fitJson() stops at the size limit, so
   * that older messages are never serialized.
   */
  *#newestFirst(messages: readonly Message[]): Generator<JsonEntry> {
    for (let at = messages.length - 1; at >= 0; at--) {
      const { role, content: text, callId: id } = messages[at]!;
      const wrap = (content: unknown) => {
        const part = role === "tool"
          ? { type: "tool_call_response", id, response: content }
          : { type: "text", content };
        return { role, parts: [part] };
      };
      yield { text: this.#redactText(text), wrap };
    }
  }

  /** Redacts the whole text before truncation, because half a secret would not be recognized. */
  #redactText(value: unknown): string {
    try {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const redacted: unknown = this.#redact === undefined ? text : this.#redact(text);
      return typeof redacted === "string" ? redactSecrets(redacted) : WITHHELD;
    } catch {
      return WITHHELD;
    }
  }
}

/** Replaces content that cannot be serialized or redacted, so that the turn can continue. */
const WITHHELD = "[withheld]";
