/**
 * Scripted loopback server of the Chat Completions protocol, with embeddings, for tests of
 * its clients.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that the server received. */
export interface ReceivedRequest {
  /** Path with the query, for example `/v1/chat/completions`. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: ReceivedBody;
  /** Resolves if the client disconnects before it has received the whole response. */
  readonly abandoned: Promise<void>;
}

/** Body of a request. The declared fields are those that replies depend on. */
export interface ReceivedBody {
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly response_format?: { readonly type: string; readonly json_schema?: unknown };
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly input?: readonly string[];
  readonly [field: string]: unknown;
}

/** Answers one request. If it rejects, or the body of its response fails, the connection is cut. */
export type Reply = (request: ReceivedRequest) => Response | Promise<Response>;

/** A scripted server. */
export interface ChatServer extends AsyncDisposable {
  /** Base URL, for example `http://127.0.0.1:50000/v1`. */
  readonly url: string;
  /** Requests received so far. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves to the request with this index as soon as it arrives. */
  arrival(index: number): Promise<ReceivedRequest>;
}

/** Starts a server that plays one reply for each request. Extra requests are answered with status 501. */
export async function chatServer(replies: readonly Reply[] = []): Promise<ChatServer> {
  const requests: ReceivedRequest[] = [];
  const arrivals: PromiseWithResolvers<ReceivedRequest>[] = [];
  const arrival = (index: number) => arrivals[index] ??= Promise.withResolvers<ReceivedRequest>();
  // Not Deno.serve(), which does not report a client that disconnects before the response starts.
  const server = createServer(async (incoming, outgoing) => {
    const text = await readText(incoming);
    const abandoned = Promise.withResolvers<void>();
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) abandoned.resolve();
    });
    const received: ReceivedRequest = {
      path: incoming.url!,
      headers: new Headers(incoming.headers as Record<string, string>),
      body: text === "" ? {} : JSON.parse(text),
      abandoned: abandoned.promise,
    };
    const index = requests.push(received) - 1;
    arrival(index).resolve(received);
    const reply = replies[index] ?? rejectExtra(replies.length);
    try {
      await send(await reply(received), outgoing);
    } catch {
      outgoing.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    arrival: (index) => arrival(index).promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return await new Blob(chunks as BlobPart[]).text();
}

/** Sends a response, and each chunk of its body separately. Rejects if the body fails. */
async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const reader = response.body?.getReader();
  // A body that has failed cannot be cancelled.
  outgoing.on("close", () => reader?.cancel().catch(() => {}));
  for (;;) {
    const { done = true, value } = await reader?.read() ?? {};
    if (done || outgoing.destroyed) break;
    await new Promise((resolve) => outgoing.write(value, resolve));
  }
  outgoing.end();
}

function rejectExtra(length: number): Reply {
  return failure(501, { message: `the script has ${length} replies`, code: "script_done" });
}

/** Parts of an {@linkcode answer} other than its text. */
export interface AnswerOptions {
  /** Default: `"stop"`. */
  readonly finishReason?: string | null;
  readonly refusal?: string;
  /** Usage as in the protocol. Default: 10 prompt tokens and 5 completion tokens. */
  readonly usage?: unknown;
  /** Default: the requested model. */
  readonly model?: string;
  /** Number of text chunks in a stream. Default: 3. */
  readonly pieces?: number;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

/** Answers with text, or with a value as JSON; streamed or as a function call if the request says so. */
export function answer(output: unknown, options: AnswerOptions = {}): Reply {
  return ({ body }) => {
    const text = textOf(output);
    if (body.stream) return eventStream(answerEvents(body, text, options));
    const { finishReason = "stop", refusal = null, usage = USAGE } = options;
    const called = calledFunction(body);
    const message = called === undefined
      ? { role: "assistant", content: refusal === null ? text : null, refusal }
      : { role: "assistant", content: null, refusal, tool_calls: [toolCall(called, text)] };
    return Response.json({
      ...head(body, options, "chat.completion"),
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
      usage,
    });
  };
}

/** Returns the data of the events of a streamed {@linkcode answer}. */
function answerEvents(
  body: ReceivedBody,
  text: string,
  options: AnswerOptions = {},
): string[] {
  const { finishReason = "stop", refusal, usage = USAGE, pieces = 3 } = options;
  const called = calledFunction(body);
  const event = (delta: unknown, finish: string | null = null) => ({
    ...head(body, options, "chat.completion.chunk"),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  const first = called === undefined
    ? { role: "assistant", content: "" }
    : { role: "assistant", content: null, tool_calls: [{ index: 0, ...toolCall(called, "") }] };
  const delta = (piece: string) =>
    called === undefined
      ? { content: piece }
      : { tool_calls: [{ index: 0, function: { arguments: piece } }] };
  const events: unknown[] = [event(first)];
  if (refusal !== undefined) events.push(event({ refusal }));
  else for (const piece of cutInto(text, pieces)) events.push(event(delta(piece)));
  events.push(event({}, finishReason));
  if (body.stream_options?.include_usage) {
    events.push({ ...head(body, options, "chat.completion.chunk"), choices: [], usage });
  }
  return [...events.map((value) => JSON.stringify(value)), "[DONE]"];
}

/** Answers with an error response, as `{ "error": … }`. */
export function failure(
  status: number,
  error: unknown = { message: "it failed" },
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return () => Response.json({ error }, { status, headers });
}

/** Answers with an error that repeats the credentials of the request. */
export const echoCredentials: Reply = ({ headers }) =>
  Response.json(
    { error: { message: `Incorrect API key provided: ${headers.get("authorization")}` } },
    { status: 401 },
  );

/** Answers with an unchanged text. */
export function plain(text: string, type = "application/json", status = 200): Reply {
  return () => new Response(text, { status, headers: { "content-type": type } });
}

/** Answers with a stream of events that have these data. */
export function events(list: readonly string[], ending?: StreamEnding): Reply {
  return () => eventStream(list, ending);
}

/** Answers with the first `count` events of a streamed {@linkcode answer}. */
export function brokenAnswer(output: unknown, count: number, ending: StreamEnding): Reply {
  return ({ body }) => eventStream(answerEvents(body, textOf(output)).slice(0, count), ending);
}

/** Never answers. */
export const silence: Reply = () => new Promise<never>(() => {});

/** Cuts the connection before it answers. */
export const hangUp: Reply = () => Promise.reject(new Error("hung up"));

/** Answers with the vector `[length, index]` for each text, in reverse order. */
export const vectors: Reply = ({ body }) => {
  const data = body.input!.map((text, index) => ({
    object: "embedding",
    index,
    embedding: [text.length, index],
  }));
  const usage = { prompt_tokens: 3, total_tokens: 3 };
  return Response.json({ object: "list", model: body.model, data: data.toReversed(), usage });
};

/** End of a stream: complete, with the connection cut, or never. */
export type StreamEnding = "whole" | "cut" | "never";

/** Creates a response with a stream of events that have these data. */
export function eventStream(list: readonly string[], ending: StreamEnding = "whole"): Response {
  const encoder = new TextEncoder();
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller): Promise<void> | void {
      const event = list[next++];
      if (event !== undefined) controller.enqueue(encoder.encode(`data: ${event}\n\n`));
      else if (ending === "whole") controller.close();
      else if (ending === "cut") controller.error(new Error("cut"));
      else return new Promise<never>(() => {});
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

function textOf(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

function head(body: ReceivedBody, { model }: AnswerOptions, object: string): object {
  return { id: "chatcmpl-1", object, created: 1_700_000_000, model: model ?? body.model };
}

function calledFunction({ tools }: ReceivedBody): string | undefined {
  return tools?.[0]?.function.name;
}

function toolCall(name: string, text: string): object {
  return { id: "call_1", type: "function", function: { name, arguments: text } };
}

/** Splits a text into at most `pieces` parts of equal length. */
export function cutInto(text: string, pieces: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / pieces));
  return Array.from(
    { length: Math.ceil(text.length / size) },
    (_, piece) => text.slice(piece * size, (piece + 1) * size),
  );
}
