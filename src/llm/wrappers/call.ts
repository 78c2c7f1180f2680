/**
 * One path for the methods of a model: a call is a stream of parts, of which the
 * last is the answer. Each wrapper is one generator around it.
 *
 * @module
 */
import { readUntilAborted } from "../../abort.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../llm.ts";

/** One call of a model. Its signal replaces that of its request. */
export type Call =
  & { readonly signal: AbortSignal | undefined }
  & (
    | { readonly method: "decide" | "stream"; readonly request: LLMRequest }
    | { readonly method: "embed"; readonly texts: readonly string[] }
  );

/** A chunk of an answer, or the vectors of texts. */
export type Part = LLMChunk | { readonly type: "vectors"; readonly vectors: number[][] };

/**
 * Makes a call when the first part is asked for, and reads its parts until its signal aborts.
 *
 * @param onClosed Called once, when the model is done with the call, also after an abort.
 */
export function readParts(
  call: Call,
  llm: LLM,
  onClosed?: () => void,
): AsyncGenerator<Part, void, void> {
  return readUntilAborted(() => openCall(call, llm), call.signal, onClosed);
}

function openCall(call: Call, llm: LLM): AsyncIterable<Part> {
  const { signal } = call;
  if (call.method === "embed") {
    return only(async () => ({
      type: "vectors",
      vectors: await llm.embed!(call.texts, signal && { signal }),
    }));
  }
  const request = signal === call.request.signal ? call.request : { ...call.request, signal };
  // A model that does not stream is a stream of one result.
  return call.method === "stream" && llm.stream !== undefined
    ? llm.stream(request)
    : only(async () => ({ type: "result", result: await llm.decide(request) }));
}

async function* only(ask: () => Promise<Part>): AsyncGenerator<Part, void, void> {
  yield await ask();
}

/**
 * Wraps a model: same name, same profile, and each call runs through `run`.
 *
 * The wrapper streams and embeds if the model does, or as the last parameter says.
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
      const answer = await firstOf(run({ method: "decide", request, signal: request.signal }));
      return (answer as { readonly result: LLMResult }).result;
    },
    ...(streams && {
      stream: (request) =>
        run({ method: "stream", request, signal: request.signal }) as AsyncGenerator<LLMChunk>,
    }),
    ...(embeds && {
      async embed(texts, { signal } = {}) {
        const answer = await firstOf(run({ method: "embed", texts, signal }));
        return (answer as { readonly vectors: number[][] }).vectors;
      },
    }),
  };
}

/** The first part, which is the only one of a call that is no stream. */
async function firstOf(parts: AsyncGenerator<Part, void, void>): Promise<Part | void> {
  const { value } = await parts.next();
  await parts.return();
  return value;
}

/** Calls a callback. Drops what it throws, now or later: an answer is worth more than a log line. */
export function notify<Message>(
  callback: ((message: Message) => unknown) | undefined,
  message: Message,
): void {
  try {
    const returned = callback?.(message);
    if (returned instanceof Promise) returned.catch(() => {});
  } catch {
    // Dropped as said.
  }
}
