/**
 * The times of a model call, for the agent's option `timings`.
 *
 * @module
 */
import type { ModelCallRecord } from "../../history/model_call.ts";
import type { JsonSchema } from "../../json/json.ts";
import { readTiming } from "../../llm/call_timing.ts";
import type { LiveSession } from "../live_session.ts";
import type { DecisionRequest } from "./decision_request.ts";

/** Lengths of schemas as JSON, which requests share. */
const lengths = new WeakMap<JsonSchema, number>();

/** Measures one model call, which begins when it is created. */
export class CallWatch {
  readonly #session: LiveSession;
  readonly #request: DecisionRequest | undefined;
  readonly #asked: number;
  #first: number | undefined;
  #answered: number | undefined;

  /** @param request Request for a decision. Without it, only times are measured. */
  constructor(session: LiveSession, request?: DecisionRequest) {
    this.#session = session;
    this.#request = request;
    this.#asked = session.agent.clock();
  }

  /** Called when text of the answer arrives. */
  onText(): void {
    this.#first ??= this.#now();
  }

  /** Called when the text so far is void. */
  onRestart(): void {
    this.#first = undefined;
  }

  /** Called when the answer is complete. */
  onAnswer(): void {
    this.#answered = this.#now();
  }

  /**
   * Returns the fields of the event of the call.
   *
   * @param reported Course of the call, as the model reports it.
   */
  record(reported: unknown): ModelCallRecord {
    const first = this.#first;
    const timing = {
      asked: this.#asked,
      ...(first !== undefined && { first }),
      answered: this.#answered ?? this.#now(),
      ...readTiming(reported),
    };
    if (this.#request === undefined) return { timing };
    const { legal: offer, schema } = this.#request;
    const { chars, stableChars, messages } = this.#session.prompts!.report!();
    const schemaChars = measureSchema(schema);
    return { timing, prompt: { chars, stableChars, schemaChars, messages, offer } };
  }

  /** Returns the time, which is never before the last one. */
  #now(): number {
    return Math.max(this.#first ?? this.#asked, this.#session.agent.clock());
  }
}

function measureSchema(schema: JsonSchema): number {
  let length = lengths.get(schema);
  if (length === undefined) lengths.set(schema, length = JSON.stringify(schema).length);
  return length;
}
