/**
 * Asking for an answer, whole or as it arrives.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { LLMConnectionError } from "../../llm/llm_errors.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { endingError } from "../ending.ts";
import { jsonIn } from "../reading.ts";
import { serverSentEvents } from "../server_sent_events.ts";
import { AnswerReader, notAnAnswer } from "./answer.ts";
import { completionRequest } from "./completion_request.ts";
import { type Exchange, post, type Posting, readChunks, readText } from "./connection.ts";
import type { OutputMode } from "./openai_options.ts";
import { errorOfResponse } from "./server_error.ts";
import type { Settings } from "./settings.ts";

/** Asks for an answer, and waits for all of it. */
export async function wholeAnswer(settings: Settings, request: LLMRequest): Promise<LLMResult> {
  const exchange = await askForAnswer(settings, request, request.signal, false);
  return await readAnswer(exchange, settings, request);
}

/**
 * Asks for an answer and yields its text as it arrives, then its result.
 *
 * An answer is whole when the server has said why it ended, or that the stream
 * is done. Where it says neither, the text tells: an object of JSON of which
 * something is missing is none. What does not come after that, its usage, is done without.
 */
export async function* streamAnswer(
  settings: Settings,
  request: LLMRequest,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, void> {
  const exchange = await askForAnswer(settings, request, signal, true);
  if (isMediaType(exchange, JSON_REGEXP)) {
    // The server does not stream, whatever it was asked.
    const result = await readAnswer(exchange, settings, request);
    if (result.output !== "") yield { type: "text", text: result.output as string };
    yield { type: "result", result };
    return;
  }
  const { name } = exchange;
  const reader = new AnswerReader(exchange, settings.output, request.schemaName);
  let [isDone, isEmpty] = [false, true];
  try {
    for await (const { data, isWhole } of serverSentEvents(readChunks(exchange))) {
      isEmpty = false;
      const event = data.trim();
      if (event === "") continue;
      isDone = event === "[DONE]";
      if (isDone) break;
      const value = jsonIn(event);
      // The stream ended within it.
      if (value === undefined && !isWhole) break;
      if (value === undefined) throw notAnAnswer(exchange, data);
      const text = reader.add(value, "delta");
      if (text) yield { type: "text", text };
    }
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new LLMError(`Cannot ask ${quote(name)}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof LLMConnectionError && reader.isFinished)) throw cause;
  }
  if (isEmpty && !isMediaType(exchange, EVENT_STREAM_REGEXP)) throw notAnAnswer(exchange, "");
  const isWhole = isDone || reader.isFinished || typeof (jsonIn(reader.text) ?? "") === "object";
  if (!isWhole) throw endingError(name, "cut");
  yield { type: "result", result: reader.finish() };
}

/** Requests an answer. */
async function askForAnswer(
  settings: Settings,
  request: LLMRequest,
  signal: AbortSignal | undefined,
  isStreaming: boolean,
): Promise<Exchange> {
  const body = await completionRequest(settings, request, isStreaming);
  const accept = isStreaming ? "text/event-stream" : "application/json";
  return await ask(settings, { path: "/chat/completions", body, accept, signal }, settings.output);
}

/**
 * Makes a request. Its response is one of success.
 *
 * @param output Way in which the request asks for a schema, if it does.
 */
export async function ask(
  settings: Settings,
  posting: Posting,
  output?: OutputMode,
): Promise<Exchange> {
  assertRealModelsAllowed(settings.name);
  const exchange = await post(settings, posting);
  if (!exchange.response.ok) throw await errorOfResponse(exchange, output);
  return exchange;
}

/** Reads the answer in a response that is no stream. */
async function readAnswer(
  exchange: Exchange,
  { output }: Settings,
  { schemaName }: LLMRequest,
): Promise<LLMResult> {
  const value = await readJson(exchange);
  const reader = new AnswerReader(exchange, output, schemaName);
  if (reader.add(value, "message") === undefined) {
    throw notAnAnswer(exchange, JSON.stringify(value));
  }
  return reader.finish();
}

/** The body of a response as JSON. */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const text = await readText(exchange);
  const value = jsonIn(text);
  if (value === undefined) throw notAnAnswer(exchange, text);
  return value;
}

const EVENT_STREAM_REGEXP = /^text\/event-stream\b/i;
const JSON_REGEXP = /^application\/(?:\w+\+)?json\b/i;

function isMediaType({ response }: Exchange, type: RegExp): boolean {
  return type.test(response.headers.get("content-type") ?? "");
}
