/**
 * The request to a model for one decision.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import type { DecisionSchema } from "../../decision/decision_schema.ts";
import type { DecisionReading } from "../../decision/read_decision.ts";
import { readOutputInStages } from "../../decision/read_output.ts";
import type { Log } from "../../history/log.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { registerParts, type RequestPart } from "../../prompt/request_parts.ts";
import type { Prompt, Transcript } from "../../prompt/transcript.ts";

/** Parts of a request for a decision. */
export interface DecisionRequestParts {
  readonly schema: DecisionSchema;
  readonly transcript: Transcript;
  readonly prompt: Prompt;
  /** Log of the session. */
  readonly log: Log;
  readonly step: string;
  readonly sessionId: string;
  readonly signal: AbortSignal | undefined;
  readonly allowsDelay: LLMRequest["allowsDelay"];
  /** True if the course of the call is to be reported. */
  readonly timings: boolean;
}

/**
 * Frozen request to a model. The list of messages is built when it is first read, so that
 * a model which reads none costs none; it is an own property, so that spreading copies it.
 */
export class DecisionRequest implements LLMRequest {
  // Shared by all requests: a getter in an object literal costs 2 µs more per request.
  static readonly #messages: PropertyDescriptor & ThisType<DecisionRequest> = {
    enumerable: true,
    get() {
      return this.#list();
    },
  };

  declare readonly messages: readonly Message[];
  readonly stable: number;
  readonly schema: JsonSchema;
  readonly schemaName = "decision";
  readonly legal: LegalActions;
  readonly step: string;
  readonly sessionId: string;
  readonly signal: AbortSignal | undefined;
  readonly allowsDelay: LLMRequest["allowsDelay"];
  declare readonly timings?: true;
  readonly validate: (output: unknown) => DecisionReading | Promise<DecisionReading>;
  readonly #parts: DecisionRequestParts;
  #listed: readonly Message[] | undefined;
  #known: { readonly output: unknown; readonly reading: DecisionReading } | undefined;

  constructor(parts: DecisionRequestParts) {
    const { schema, prompt, step, sessionId, signal, allowsDelay, timings } = parts;
    this.stable = prompt.stable;
    this.schema = schema.json;
    this.legal = schema.legal;
    this.step = step;
    this.sessionId = sessionId;
    this.signal = signal;
    this.allowsDelay = allowsDelay;
    if (timings) this.timings = true;
    // Bound, because of how V8 allocates function literals: see `RunningTurn.onStop`.
    this.validate = this.#validate.bind(this);
    this.#parts = parts;
    Object.defineProperty(this, "messages", DecisionRequest.#messages);
    Object.freeze(this);
  }

  #list(): readonly Message[] {
    const { transcript, prompt } = this.#parts;
    if (this.#listed === undefined) {
      const messages = transcript.list(prompt);
      registerParts(messages, this);
      this.#listed = Object.freeze(messages);
    }
    return this.#listed;
  }

  /** Returns the parts of the messages. */
  listParts(): readonly RequestPart[] {
    const { transcript, prompt, log, step } = this.#parts;
    return transcript.listParts(prompt, log, step);
  }

  /** Validates an output, unless it is the one that was found legal last. */
  #validate(output: unknown): DecisionReading | Promise<DecisionReading> {
    if (this.#known?.reading.success && output === this.#known.output) return this.#known.reading;
    const reading = readOutputInStages(this.#parts.schema, output);
    if (reading instanceof Promise) return reading.then((read) => this.#keep(output, read));
    return this.#keep(output, reading);
  }

  #keep(output: unknown, reading: DecisionReading): DecisionReading {
    this.#known = { output, reading };
    return reading;
  }
}
