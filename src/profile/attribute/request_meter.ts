/**
 * Sizes of a session's requests, of which only the new messages are read.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { countMessage } from "../../prompt/message_parts.ts";
import { partsOf } from "../../prompt/request_parts.ts";
import type { ModelCall } from "../record/turn_record.ts";
import {
  countRanges,
  History,
  type OffsetRange,
  PromptLayout,
  type PromptRange,
} from "./prompt_layout.ts";
import { convertPart } from "./prompt_part.ts";

/** Size of a request. */
export interface RequestSize {
  /** Parts of the prompt. */
  readonly prompt: PromptLayout;
  /** Characters of the schema. */
  readonly schemaChars: number;
  /** Characters of the messages. */
  readonly promptChars: number;
  /** Characters of the leading messages that the session's previous request has too. */
  readonly stableChars: number;
  /** True if the session's previous request has the same schema. */
  readonly isSchemaStable: boolean;
  /** True if it belongs to no conversation: it asks for a summary. */
  readonly isAlone?: true;
}

/** Measures the requests of one session, in order. */
export interface Meter {
  /** Measures the next request. */
  measure(call: ModelCall): RequestSize;
  /** Adds the next event, for a meter that does not see requests. */
  add?(event: SessionEvent): void;
}

/** Number of characters of each schema, which many requests share. */
const schemaChars = new WeakMap<JsonSchema, number>();

function countSchema(schema: JsonSchema): number {
  let chars = schemaChars.get(schema);
  if (chars === undefined) schemaChars.set(schema, chars = JSON.stringify(schema).length);
  return chars;
}

function countMessages(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + countMessage(message), 0);
}

/** Measures requests that were observed. */
export class RequestMeter {
  #history = new History();
  #schema: JsonSchema | undefined;
  /** Schemas, and messages of no event, that an earlier request had. */
  readonly #sent = new WeakSet<JsonSchema | Message>();
  /** Sequence number of the last event whose message an earlier request had. */
  #sentUntil: number;

  /** Creates a meter; requests before the first one had the messages of `sentEvents` events. */
  constructor(sentEvents: number) {
    this.#sentUntil = sentEvents - 1;
  }

  /** Measures the next request. */
  measure(request: LLMRequest): RequestSize {
    const { messages, schema, stable, step, legal } = request;
    const schemaChars = countSchema(schema);
    if (legal === undefined) return sizeAlone(countMessages(messages), schemaChars);
    let stableChars = this.#history.chars;
    if (!this.#history.continues(messages, stable)) {
      this.#history = new History();
      // After a summary, the standing text alone is as it was.
      stableChars = this.#sent.has(messages[0]!) ? countMessage(messages[0]!) : 0;
    }
    const history = this.#history;
    const parts = partsOf(request);
    const added: OffsetRange[] = [];
    let sentUntil = this.#sentUntil;
    for (let at = history.length; at < stable; at++) {
      const message = messages[at]!;
      const { seq } = parts?.[at] ?? {};
      // A summary renders events again, which were sent before.
      const isNew = seq === undefined ? this.#send(message) : seq > this.#sentUntil;
      if (seq !== undefined) sentUntil = Math.max(sentUntil, seq);
      const range = history.add(message, convertPart(parts?.[at]));
      if (isNew) added.push(range);
    }
    this.#sentUntil = sentUntil;
    const head: PromptRange = {
      part: "schema",
      ...(step !== undefined && { name: step }),
      chars: schemaChars,
      isNew: this.#send(schema),
    };
    const tail = messages.slice(stable).map((message, place): PromptRange => ({
      ...convertPart(parts?.[stable + place]),
      chars: countMessage(message),
      isNew: this.#send(message),
    }));
    const isSchemaStable = schema === this.#schema;
    this.#schema = schema;
    return {
      prompt: new PromptLayout([head], history, added, tail),
      schemaChars,
      promptChars: history.chars + countRanges(tail),
      stableChars,
      isSchemaStable,
    };
  }

  /** Records that a request has a schema or message. Returns true if it is the first. */
  #send(sent: JsonSchema | Message): boolean {
    const isNew = !this.#sent.has(sent);
    if (isNew) this.#sent.add(sent);
    return isNew;
  }
}

/** Returns the size of a request that belongs to no conversation, which is one part. */
export function sizeAlone(promptChars: number, schemaChars: number): RequestSize {
  const chars = promptChars + schemaChars;
  return {
    prompt: new PromptLayout([{ part: "summarized", chars, isNew: true }]),
    schemaChars,
    promptChars,
    stableChars: 0,
    isSchemaStable: false,
    isAlone: true,
  };
}
