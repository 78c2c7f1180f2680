import type { JsonSchema, LLM, LLMRequest, Message } from "@nomos/agent";
import type { LLMChunk } from "@nomos/agent/llm";
import { openai, type OpenAIOptions } from "@nomos/agent/openai";
import {
  answer,
  type ChatServer,
  chatServer,
  type ReceivedRequest,
  type Reply,
} from "../chat_server.ts";

/** API key that is easy to find in a text that must not contain it. */
export const KEY = "sk-canary-0123456789";

export const SCHEMA: JsonSchema = {
  type: "object",
  properties: { a: { type: "number" } },
  required: ["a"],
  additionalProperties: false,
};

/** Creates a request with one user message or a list of messages. */
export function requestOf(
  messages: string | readonly Message[] = "Hello",
  rest: Partial<Pick<LLMRequest, "schema" | "step" | "sessionId" | "signal">> = {},
): LLMRequest {
  return {
    messages: typeof messages === "string" ? [{ role: "user", content: messages }] : messages,
    schema: SCHEMA,
    stable: 0,
    schemaName: "answer",
    validate: (value) => ({ success: true, value }),
    ...rest,
  };
}

/** Model of a scripted server, and the server. */
export interface Scripted extends AsyncDisposable {
  readonly llm: LLM;
  readonly server: ChatServer;
}

/** Creates a model and starts a server that plays these replies. */
export async function scripted(
  replies: readonly Reply[],
  options: Partial<OpenAIOptions> = {},
): Promise<Scripted> {
  const server = await chatServer(replies);
  const llm = openai({ model: "m", name: "test/m", baseURL: server.url, apiKey: KEY, ...options });
  return { llm, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Returns the body that a model with these options sends for a request. */
export async function sent(
  options: Partial<OpenAIOptions>,
  request: LLMRequest = requestOf(),
  method: "decide" | "stream" = "decide",
): Promise<ReceivedRequest["body"]> {
  let body: ReceivedRequest["body"] = {};
  const llm = openai({
    model: "m",
    apiKey: KEY,
    async fetch(_, init) {
      body = JSON.parse(init.body as string);
      return await answer("{}")({ body } as ReceivedRequest);
    },
    ...options,
  });
  if (method === "decide") await llm.decide(request);
  else await drain(llm, request);
  return body;
}

/** Creates a response with an answer. */
export function completion(
  content: string,
  rest: Readonly<Record<string, unknown>> = {},
): Response {
  return Response.json({ choices: [{ message: { content }, finish_reason: "stop" }], ...rest });
}

/** Reads all chunks of a stream. */
export function drain(llm: LLM, request: LLMRequest = requestOf()): Promise<LLMChunk[]> {
  return Array.fromAsync(llm.stream!(request));
}

/** Returns the error that a function throws. Fails if it throws none, or one of another class. */
export async function thrownBy<Thrown extends Error>(
  run: () => unknown,
  type: abstract new (...args: never[]) => Thrown,
): Promise<Thrown> {
  try {
    await run();
  } catch (error) {
    if (error instanceof type) return error;
    throw new Error(`expected ${type.name}`, { cause: error });
  }
  throw new Error(`expected ${type.name}, but nothing was thrown`);
}
