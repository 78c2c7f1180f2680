/**
 * An answer as it arrives.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { LLMChunk, LLMRequest } from "../../llm/llm.ts";
import { LLMConnectionError } from "../../llm/llm_errors.ts";
import { type ServerSentEvent, serverSentEvents } from "../server_sent_events.ts";
import { AnswerReader, notAnAnswer } from "./answer_reader.ts";
import { askForCompletion, readCompletion } from "./completion.ts";
import { type Exchange, readChunks } from "./connection.ts";
import type { Settings } from "./settings.ts";

/**
 * Asks for an answer and gives its text as it arrives, then its result.
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
  const exchange = await askForCompletion(settings, request, signal, "text/event-stream");
  const { output } = settings;
  if (isMediaType(exchange, JSON_REGEXP)) {
    // The server does not stream, whatever it was asked.
    const result = await readCompletion(exchange, output, request);
    if (result.output !== "") yield { type: "text", text: result.output as string };
    yield { type: "result", result };
    return;
  }
  const reader = new AnswerReader(exchange, output, request.schemaName);
  let [isDone, isEmpty] = [false, true];
  try {
    for await (const event of serverSentEvents(readChunks(exchange))) {
      isEmpty = false;
      const data = event.data.trim();
      if (data === "") continue;
      isDone = data === "[DONE]";
      if (isDone) break;
      const value = parseEvent(event, exchange);
      if (value === undefined) break;
      const text = reader.addEvent(value);
      if (text !== "") yield { type: "text", text };
    }
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(exchange, error);
    if (!(error instanceof LLMConnectionError && reader.isFinished)) throw error;
  }
  if (isEmpty && !isMediaType(exchange, EVENT_STREAM_REGEXP)) throw notAnAnswer(exchange, "");
  if (!isDone && !reader.isFinished && !isWholeObject(reader.text)) throw cutOff(exchange);
  yield { type: "result", result: reader.finish() };
}

const EVENT_STREAM_REGEXP = /^text\/event-stream\b/i;
const JSON_REGEXP = /^application\/(?:\w+\+)?json\b/i;

function isMediaType({ response }: Exchange, type: RegExp): boolean {
  return type.test(response.headers.get("content-type") ?? "");
}

/** The value of an event; undefined if the stream ended within it. */
function parseEvent({ data, isWhole }: ServerSentEvent, exchange: Exchange): unknown {
  try {
    return JSON.parse(data);
  } catch {
    if (!isWhole) return undefined;
    throw notAnAnswer(exchange, data);
  }
}

function isWholeObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

function cutOff({ name }: Exchange): LLMConnectionError {
  return new LLMConnectionError(
    `Cannot ask ${quote(name)}: the stream ended before the answer was whole`,
    { isRetryable: true },
  );
}

function tooLong({ name }: Exchange, cause: RangeError): LLMError {
  return new LLMError(`Cannot ask ${quote(name)}: ${cause.message}`, { cause });
}
