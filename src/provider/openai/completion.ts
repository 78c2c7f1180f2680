/**
 * Requests for chat completions, complete or streamed.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * @module
 */
import { isWholeObject } from "../../decision/output.ts";
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { LLMConnectionError } from "../../llm/llm_errors.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { createFinishError } from "../finish_error.ts";
import { tryParseJson } from "../untrusted_values.ts";
import { parseServerSentEvents } from "../server_sent_events.ts";
import { AnswerReader, createResponseError } from "./answer.ts";
import { createCompletionRequest } from "./completion_request.ts";
import {
  checkTextLength,
  type Exchange,
  post,
  type PostRequest,
  readChunks,
  readText,
} from "./connection.ts";
import type { OutputMode } from "./openai_options.ts";
import { readErrorResponse } from "./server_error.ts";
import type { Settings } from "./settings.ts";
import { readTextLength } from "./text_length.ts";

/** Requests an answer and waits for the complete response. */
export async function requestAnswer(settings: Settings, request: LLMRequest): Promise<LLMResult> {
  const exchange = await sendCompletionRequest(settings, request, request.signal, false);
  return await readAnswer(exchange, settings, request);
}

/**
 * Requests an answer and yields its text as it arrives, then its result.
 *
 * The answer is complete if the server sent a finish reason or `[DONE]`, or if the text is
 * valid JSON. If the connection breaks after the finish reason, the answer counts and
 * only its usage may be missing.
 */
export async function* streamAnswer(
  settings: Settings,
  request: LLMRequest,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, void> {
  const exchange = await sendCompletionRequest(settings, request, signal, true);
  if (hasMediaType(exchange, JSON_REGEXP)) {
    // The server ignored the request to stream.
    const result = await readAnswer(exchange, settings, request);
    if (result.output !== "") yield { type: "text", text: result.output as string };
    yield { type: "result", result };
    return;
  }
  const { name } = exchange;
  const reader = new AnswerReader(exchange, settings.output, request);
  let [isDone, isEmpty] = [false, true];
  let chars = 0;
  // In a stream of events, the text is limited, not the protocol around it.
  const chunks = readChunks(exchange, () => isEmpty);
  try {
    for await (const { data, isComplete } of parseServerSentEvents(chunks)) {
      isEmpty = false;
      const event = data.trim();
      if (event === "") continue;
      isDone = event === "[DONE]";
      if (isDone) break;
      const value = tryParseJson(event);
      // The stream ended in the middle of the event.
      if (value === undefined && !isComplete) break;
      if (value === undefined) throw createResponseError(exchange, data);
      checkTextLength(exchange, chars += readTextLength(value));
      const text = reader.add(value, "delta");
      if (text) yield { type: "text", text };
    }
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new LLMError(`Cannot call model ${quote(name)}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof LLMConnectionError && reader.isFinished)) throw cause;
  }
  if (isEmpty && !hasMediaType(exchange, EVENT_STREAM_REGEXP)) {
    throw createResponseError(exchange, "");
  }
  const isWhole = isDone || reader.isFinished || isWholeObject(reader.text);
  if (!isWhole) throw createFinishError(name, "cut");
  yield { type: "result", result: await reader.finish() };
}

async function sendCompletionRequest(
  settings: Settings,
  request: LLMRequest,
  signal: AbortSignal | undefined,
  isStreaming: boolean,
): Promise<Exchange> {
  const body = await createCompletionRequest(settings, request, isStreaming);
  const accept = isStreaming ? "text/event-stream" : "application/json";
  return await send(settings, { path: "/chat/completions", body, accept, signal }, settings.output);
}

/**
 * Sends a request and returns the exchange if the response reports success.
 *
 * @param output Output mode of the request, if it contains a schema.
 * @throws {LLMError} for any other response.
 */
export async function send(
  settings: Settings,
  request: PostRequest,
  output?: OutputMode,
): Promise<Exchange> {
  assertRealModelsAllowed(settings.name);
  const exchange = await post(settings, request);
  if (!exchange.response.ok) throw await readErrorResponse(exchange, output);
  return exchange;
}

/** Reads the answer from a response that is not streamed. */
async function readAnswer(
  exchange: Exchange,
  { output }: Settings,
  request: LLMRequest,
): Promise<LLMResult> {
  const value = await readJson(exchange);
  const reader = new AnswerReader(exchange, output, request);
  if (reader.add(value, "message") === undefined) {
    throw createResponseError(exchange, JSON.stringify(value));
  }
  return await reader.finish();
}

/** Reads the body of a response as JSON. */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const text = await readText(exchange);
  const value = tryParseJson(text);
  if (value === undefined) throw createResponseError(exchange, text);
  return value;
}

const EVENT_STREAM_REGEXP = /^text\/event-stream\b/i;
const JSON_REGEXP = /^application\/(?:\w+\+)?json\b/i;

function hasMediaType({ response }: Exchange, type: RegExp): boolean {
  return type.test(response.headers.get("content-type") ?? "");
}
