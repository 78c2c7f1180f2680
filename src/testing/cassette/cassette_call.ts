/**
 * Recorded calls: what was asked, as far as it has a meaning, and the answer.
 *
 * @module
 */
import { copyJson, type Json, type JsonObject } from "../../json/json.ts";
import type { LLMRequest, Message, Usage } from "../../llm/llm.ts";
import { type Redact, redactValue } from "./redact.ts";

/** What was asked of `decide` or `stream`. */
export interface AskedDecision {
  /** The discriminator. */
  readonly type: "decide";
  /** The step; absent outside a decision. It is for readers: the messages tell it too. */
  readonly step?: string;
  /** The name of the schema. */
  readonly schemaName: string;
  /** The schema. */
  readonly schema: JsonObject;
  /** The messages, their `callId`s numbered in the order in which they first appear. */
  readonly messages: readonly Message[];
}

/** What was asked of `embed`. */
export interface AskedEmbedding {
  /** The discriminator. */
  readonly type: "embed";
  /** The texts. */
  readonly texts: readonly string[];
}

/** What was asked of a model. */
export type Asked = AskedDecision | AskedEmbedding;

/** A decision with its answer. */
export interface DecideCall extends AskedDecision {
  /** The texts of a stream; absent if the answer did not come as one. */
  readonly chunks?: readonly string[];
  /** The output: text as text, a value as a value. */
  readonly output: Json;
  /** The tokens, where the model reported them. */
  readonly usage?: Usage;
  /** The model that answered, where the model reported it. */
  readonly model?: string;
}

/** An embedding with its answer. */
export interface EmbedCall extends AskedEmbedding {
  /** A vector for each text. */
  readonly vectors: number[][];
}

/** A call with its answer. */
export type CassetteCall = DecideCall | EmbedCall;

/**
 * A request without what differs from run to run, and without secrets. It is a
 * copy: later changes to the request do not reach it.
 */
export function askedOf(request: LLMRequest, redact: Redact): AskedDecision {
  const { step, schemaName, schema, messages } = request;
  // What goes to a model is the JSON of a schema.
  const json = copyJson(JSON.parse(JSON.stringify(schema))) as JsonObject;
  return {
    type: "decide",
    ...(step !== undefined && { step: redact(step) }),
    schemaName: redact(schemaName),
    schema: redactValue(json, redact) as JsonObject,
    messages: numberCalls(messages).map((message) => {
      return { ...message, content: redact(message.content) };
    }),
  };
}

/** Texts to embed, without secrets. */
export function askedTexts(texts: readonly string[], redact: Redact): AskedEmbedding {
  return { type: "embed", texts: texts.map((text) => redact(text)) };
}

/** The same text for the same meaning. The step has none: it is told by the messages. */
export function keyOf(asked: Asked): string {
  if (asked.type === "embed") return JSON.stringify(["embed", asked.texts]);
  return JSON.stringify(["decide", asked.schemaName, asked.schema, asked.messages]);
}

/** Messages whose calls have numbers for names: names hold the id of a session. */
function numberCalls(messages: readonly Message[]): readonly Message[] {
  const numbers = new Map<string, string>();
  return messages.map(({ role, content, callId }) => {
    if (callId === undefined) return { role, content };
    const number = numbers.get(callId) ?? `call-${numbers.size + 1}`;
    numbers.set(callId, number);
    return { role, content, callId: number };
  });
}
