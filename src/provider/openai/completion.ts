/**
 * Requests for chat completions, complete or streamed.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * @module
 */
import { isWholeObject, START_REGEXP } from "../../decision/output.ts";
import { quote } from "../../errors.ts";
import { timeAnswer } from "../../llm/call_timing.ts";
import type { LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { LLMConnectionError } from "../../llm/llm_failures.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { parseServerError } from "../error_body.ts";
import { createFinishError } from "../finish_error.ts";
import { parseServerSentEvents } from "../server_sent_events.ts";
import { tryParseJson } from "../untrusted_values.ts";
import { AnswerReader, createResponseError } from "./answer.ts";
import { createCompletionRequest } from "./completion_request.ts";
import {
  checkTextLength,
  decodeText,
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
  for await (const chunk of readAnswer(exchange, settings, request)) {
    if (chunk.type === "result") return chunk.result;
  }
  throw createFinishError(settings.name, "cut");
}

/** Requests an answer and yields its text as it arrives, then its result. */
export async function* streamAnswer(
  settings: Settings,
  request: LLMRequest,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, void> {
  const exchange = await sendCompletionRequest(settings, request, signal, true);
  yield* readAnswer(exchange, settings, request);
}

/**
 * Yields the text of an answer as it arrives, then its result. The response is a stream of events,
 * or a single value: servers may ignore which of both was requested, and name any media type.
 *
 * A stream is complete if the server sent a finish reason or `[DONE]`, or if the text is
 * valid JSON; but `[DONE]` in the middle of a JSON text is a failure of the server. If the
 * connection breaks after the finish reason, the answer counts and only its usage may be missing.
 */
async function* readAnswer(
  exchange: Exchange,
  { name, output }: Settings,
  request: LLMRequest,
): AsyncGenerator<LLMChunk, void, void> {
  const reader = new AnswerReader(exchange, output, request);
  /** Response until its first event. */
  let head: Uint8Array[] | undefined = [];
  /** Data of the last event, or the response without events. */
  let last = "";
  let isDone = false;
  /** Length of the text in a stream of events. */
  let chars = 0;

  async function* readBytes(): AsyncGenerator<Uint8Array, void, void> {
    // In a stream of events, the text is limited, not the protocol around it.
    for await (const bytes of readChunks(exchange, () => head !== undefined)) {
      request.onActivity?.("comment");
      head?.push(bytes);
      yield bytes;
    }
  }

  try {
    for await (const { data, type, isComplete } of parseServerSentEvents(readBytes())) {
      head = undefined;
      if (/error$/i.test(type ?? "")) {
        throw reader.createError(parseServerError(data), tryParseJson(data));
      }
      for (const event of splitData(data)) {
        isDone = event === "[DONE]";
        if (isDone) break;
        const value = tryParseJson(event);
        // The stream ended in the middle of the event.
        if (value === undefined && !isComplete) break;
        if (value === undefined) throw createResponseError(exchange, data, reader.usage);
        last = event;
        checkTextLength(exchange, chars += readTextLength(value));
        const text = reader.add(value);
        if (text !== "") yield { type: "text", text };
      }
      if (isDone) break;
    }
    if (head !== undefined) {
      last = (await decodeText(head)).replace(COMMENTS_REGEXP, "");
      const value = tryParseJson(last);
      isDone = value !== undefined;
      const isEmptyStream = last.trim() === "" && isEventStream(exchange);
      if (!isDone && !isEmptyStream) throw createResponseError(exchange, last);
      const text = reader.add(value);
      if (text !== "") yield { type: "text", text };
    }
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new LLMError(`Cannot call model ${quote(name)}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof LLMConnectionError && reader.isFinished)) throw cause;
  }
  const { text, usage, isFinished, hasChoice } = reader;
  const isInMiddle = head === undefined && START_REGEXP.test(text);
  const isCut = !isFinished && (!isDone || isInMiddle) && !isWholeObject(text);
  if (isCut) throw createFinishError(name, "cut", usage);
  if (!hasChoice) throw createResponseError(exchange, last, usage);
  const result = await reader.finish();
  const { asked, responded } = exchange;
  yield {
    type: "result",
    result: request.timings ? { ...result, timing: timeAnswer(name, asked, responded) } : result,
  };
}

/** Splits the data of an event in which a server put several, by single line ends. */
function splitData(data: string): string[] {
  const event = data.trim();
  if (event === "") return [];
  return event.includes("\n") && tryParseJson(event) === undefined
    ? event.split(/\s*\n\s*/)
    : [event];
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

/** Reads the body of a response as JSON. */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const text = await readText(exchange);
  const value = tryParseJson(text);
  if (value === undefined) throw createResponseError(exchange, text);
  return value;
}

function isEventStream({ response }: Exchange): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
}

/** Matches the comments of a stream of events, which keep its connection open. */
const COMMENTS_REGEXP = /^:.*$/gm;
