/**
 * Asking for an answer.
 *
 * @module
 */
import type { LLMRequest, LLMResult } from "../../llm/llm.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { AnswerReader, notAnAnswer } from "./answer_reader.ts";
import { completionRequest } from "./completion_request.ts";
import { type Exchange, post, readText } from "./connection.ts";
import { errorOfResponse } from "./server_error.ts";
import type { OutputMode } from "./server_rules.ts";
import type { Settings } from "./settings.ts";

/** Makes the request. Its response is one of success. */
export async function askForCompletion(
  settings: Settings,
  request: LLMRequest,
  signal: AbortSignal | undefined,
  accept: "application/json" | "text/event-stream",
): Promise<Exchange> {
  const { connection, output } = settings;
  assertRealModelsAllowed(connection.name);
  const body = await completionRequest(settings, request, accept === "text/event-stream");
  const exchange = await post(connection, { path: "/chat/completions", body, accept, signal });
  if (!exchange.response.ok) throw await errorOfResponse(exchange, output);
  return exchange;
}

/** Reads the answer in a response that is no stream. */
export async function readCompletion(
  exchange: Exchange,
  output: OutputMode,
  { schemaName }: LLMRequest,
): Promise<LLMResult> {
  const value = await readJson(exchange);
  const reader = new AnswerReader(exchange, output, schemaName);
  reader.addResponse(value);
  return reader.finish();
}

/** The body of a response as JSON. */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const text = await readText(exchange);
  try {
    return JSON.parse(text);
  } catch {
    throw notAnAnswer(exchange, text);
  }
}
