/**
 * Recorded calls: normalized requests and their answers.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { copyJson, type Json, type JsonObject } from "../../json/json.ts";
import type { LLMRequest, Message, Usage } from "../../llm/llm.ts";
import type { Part } from "../../llm/part.ts";
import { numberCalls } from "../snapshot.ts";
import { type Redact, redactValue } from "./redact.ts";

/** Normalized request to `decide` or `stream`. */
export interface DecideRequest {
  /** Discriminator. */
  readonly type: "decide";
  /** Id of the step, for readers of the file; absent outside a decision. Not compared. */
  readonly step?: string;
  /** Name of the schema. */
  readonly schemaName: string;
  /** Schema as sent to the model. */
  readonly schema: JsonObject;
  /** Messages, with `callId`s numbered in order of first appearance. */
  readonly messages: readonly CassetteMessage[];
}

/** Message without its bytes. */
export interface CassetteMessage extends Omit<Message, "parts"> {
  /** Pictures and files of the message; their texts are in its content. */
  readonly media?: readonly CassetteMedia[];
}

/** Picture or file, whose bytes are only compared. It has either `sha256` or `url`. */
export interface CassetteMedia {
  /** Kind of the part. */
  readonly type: "image" | "file";
  /** Media type. */
  readonly mediaType: string;
  /** Name of a file, if it has one. */
  readonly name?: string;
  /** Hash of the bytes. */
  readonly sha256?: string;
  /** Address of the bytes. */
  readonly url?: string;
}

/** Normalized request to `embed`. */
export interface EmbedRequest {
  /** Discriminator. */
  readonly type: "embed";
  /** Texts to embed. */
  readonly texts: readonly string[];
}

/** Normalized request to a model. */
export type CassetteRequest = DecideRequest | EmbedRequest;

/** Recorded call of `decide` or `stream`. */
export interface DecideCall extends DecideRequest {
  /** Texts of the stream; absent if the answer was not streamed. */
  readonly chunks?: readonly string[];
  /** Output, either text or a JSON value. */
  readonly output: Json;
  /** Tokens, if the model reported them. */
  readonly usage?: Usage;
  /** Name of the model that answered, if it was reported. */
  readonly model?: string;
  /** Remark about the output, if the model made one. */
  readonly remark?: string;
}

/** Recorded call of `embed`. */
export interface EmbedCall extends EmbedRequest {
  /** Vectors, one per text. */
  readonly vectors: number[][];
  /** Tokens, if the model reported them. */
  readonly usage?: Usage;
  /** Name of the model that embedded them, if it was reported. */
  readonly model?: string;
}

/** Recorded call. */
export type CassetteCall = DecideCall | EmbedCall;

/**
 * Returns a copy of a request without secrets and without the parts that change
 * from run to run.
 */
export function normalizeRequest(request: LLMRequest, redact: Redact): DecideRequest {
  const { step, schemaName, schema, messages } = request;
  // A model receives the schema as JSON text.
  const json = copyJson(JSON.parse(JSON.stringify(schema))) as JsonObject;
  const numbers = numberCalls(messages);
  return {
    type: "decide",
    ...(step !== undefined && { step: redact(step) }),
    schemaName: redact(schemaName),
    schema: redactValue(json, redact) as JsonObject,
    messages: messages.map(({ role, content, callId, parts }) => ({
      role,
      content: redact(content),
      ...(callId !== undefined && { callId: `call-${numbers.get(callId)}` }),
      ...(parts !== undefined && { media: normalizeMedia(parts, redact) }),
    })),
  };
}

function normalizeMedia(parts: readonly Part[], redact: Redact): readonly CassetteMedia[] {
  return parts.flatMap((part): CassetteMedia[] => {
    if (part.type === "text") return [];
    const { type, mediaType, data, url } = part;
    const name = type === "file" ? part.name : undefined;
    return [{
      type,
      mediaType,
      ...(name !== undefined && { name: redact(name) }),
      ...(data === undefined
        ? { url: redact(url) }
        : { sha256: createHash("sha256").update(data).digest("hex") }),
    }];
  });
}

/** Returns an embedding request without secrets. */
export function normalizeTexts(texts: readonly string[], redact: Redact): EmbedRequest {
  return { type: "embed", texts: texts.map((text) => redact(text)) };
}

/** Returns a key that is equal for equal requests. The step is ignored: the messages name it. */
export function requestKey(request: CassetteRequest): string {
  if (request.type === "embed") return JSON.stringify(["embed", request.texts]);
  return JSON.stringify(["decide", request.schemaName, request.schema, request.messages]);
}
