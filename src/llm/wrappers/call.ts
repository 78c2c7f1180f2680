/**
 * Common form of model calls, so that each wrapper is a single generator. `decide()`,
 * `stream()` and `embed()` all become a stream of parts whose last part is the answer.
 *
 * @module
 */
import { readUntilAborted } from "../../abort.ts";
import type { Embeddings, LLM, LLMChunk, LLMRequest, LLMResult } from "../llm.ts";
import { OutputGuard } from "../output_guard.ts";

/** One call of a model. `signal` replaces that of the request. */
export type Call =
  & { readonly signal: AbortSignal | undefined }
  & (
    | { readonly method: "decide" | "stream"; readonly request: LLMRequest }
    | { readonly method: "embed"; readonly texts: readonly string[] }
  );

/** Returns true if the course of a call is to be reported. */
export function asksForTiming(call: Call): boolean {
  return call.method !== "embed" && call.request.timings === true;
}

/** Part of a call: a chunk of an answer, or the vectors of an embedding call. */
export type Part = LLMChunk | { readonly type: "vectors"; readonly vectors: Embeddings };

/**
 * Starts a call when the first part is requested, and yields its parts until the signal aborts.
 *
 * @param onClosed Called once when the model has finished the call, even after an abort.
 */
export function readParts(
  call: Call,
  llm: LLM,
  onClosed?: () => void,
): AsyncGenerator<Part, void, void> {
  return readUntilAborted(() => openCall(call, llm), call.signal, onClosed);
}

/**
 * Ends a stream in which only white space still arrives; see {@linkcode OutputGuard}.
 *
 * @throws {LLMLengthError} if the answer is not whole.
 */
export async function* guardParts(
  parts: AsyncIterable<Part>,
  { name }: LLM,
  request: LLMRequest,
): AsyncGenerator<Part, void, void> {
  let guard = new OutputGuard(name, request);
  for await (const part of parts) {
    if (part.type === "restart") guard = new OutputGuard(name, request);
    const result = part.type === "text" ? guard.push(part.text) : undefined;
    if (result === undefined) {
      yield part;
      continue;
    }
    // A reader that has a guard of its own must not end the answer before its result.
    const text = (part as { readonly text: string }).text.trimEnd();
    if (text !== "") yield { type: "text", text };
    yield { type: "result", result };
    return;
  }
}

function openCall(call: Call, llm: LLM): AsyncIterable<Part> {
  const { signal } = call;
  if (call.method === "embed") {
    return yieldOnce(async () => ({
      type: "vectors",
      vectors: await llm.embed!(call.texts, signal && { signal }),
    }));
  }
  const request = signal === call.request.signal ? call.request : { ...call.request, signal };
  // A model that does not stream is a stream of one result.
  return call.method === "stream" && llm.stream !== undefined
    ? llm.stream(request)
    : yieldOnce(async () => ({ type: "result", result: await llm.decide(request) }));
}

async function* yieldOnce(ask: () => Promise<Part>): AsyncGenerator<Part, void, void> {
  yield await ask();
}

/**
 * Wraps a model so that every call runs through `run`. Keeps the name and the schema profile.
 *
 * The wrapper streams and embeds if the model does, unless `streams` or `embeds` is set.
 */
export function wrapModel(
  { name, schemaProfile, stream, embed }: LLM,
  run: (call: Call) => AsyncGenerator<Part, void, void>,
  { streams = !!stream, embeds = !!embed }: { streams?: boolean; embeds?: boolean } = {},
): LLM {
  return {
    name,
    ...(schemaProfile !== undefined && { schemaProfile }),
    async decide(request) {
      const answer = await readFirst(run({ method: "decide", request, signal: request.signal }));
      return (answer as { readonly result: LLMResult }).result;
    },
    ...(streams && {
      stream: (request) =>
        run({ method: "stream", request, signal: request.signal }) as AsyncGenerator<LLMChunk>,
    }),
    ...(embeds && {
      async embed(texts, { signal } = {}) {
        const answer = await readFirst(run({ method: "embed", texts, signal }));
        return (answer as { readonly vectors: Embeddings }).vectors;
      },
    }),
  };
}

/** Reads the first part, which is the only one if the call is not streamed. */
async function readFirst(parts: AsyncGenerator<Part, void, void>): Promise<Part | void> {
  const { value } = await parts.next();
  await parts.return();
  return value;
}

/** Calls a callback and ignores its errors, because a logging failure must not lose an answer. */
export function notify<Message>(
  callback: ((message: Message) => unknown) | undefined,
  message: Message,
): void {
  try {
    const returned = callback?.(message);
    if (returned instanceof Promise) returned.catch(() => {});
  } catch {
    // A failing callback must not fail the call.
  }
}
