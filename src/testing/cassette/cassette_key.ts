/**
 * The meaning of a request: what makes two of them the same.
 *
 * @module
 */
import { copyJson, type JsonObject } from "../../json/json.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import type { Asked, AskedDecision, AskedEmbedding } from "./cassette_call.ts";
import { type Redact, redactValue } from "./redact.ts";

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
  const messages = numberCalls(asked.messages).map(({ role, content, callId }) => {
    return [role, content, callId ?? null];
  });
  return JSON.stringify(["decide", asked.schemaName, asked.schema, messages]);
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
