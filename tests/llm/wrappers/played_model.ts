import type { LLM, LLMRequest } from "@nomos/agent";
import type { LLMChunk, LLMResult } from "@nomos/agent/llm";

/** Next play of a {@linkcode PlayedModel}: a value to return, an error to throw, or a stall until the abort. */
export type Play<Value> = Value | Error | "stall";

/** Creates a minimal request. */
export function requestOf(
  rest: Partial<Pick<LLMRequest, "signal" | "step" | "sessionId" | "messages">> = {},
): LLMRequest {
  return {
    messages: [{ role: "user", content: "Hello" }],
    schema: { type: "object" },
    stable: 0,
    schemaName: "answer",
    validate: (value) => ({ success: true, value }),
    ...rest,
  };
}

/** Creates a chunk of text. */
export function text(text: string): LLMChunk {
  return { type: "text", text };
}

/** Creates the chunk of a result. */
export function result(output: unknown, rest: Partial<LLMResult> = {}): LLMChunk {
  return { type: "result", result: { output, ...rest } };
}

/** Chunk that voids the text so far. */
export const RESTART: LLMChunk = { type: "restart" };

/** Script of a {@linkcode PlayedModel}: one entry for each call. */
export interface Plays {
  readonly name?: string;
  readonly answers?: readonly Play<LLMResult>[];
  readonly streams?: readonly (readonly Play<LLMChunk>[])[];
  readonly embeddings?: readonly Play<number[][]>[];
}

/** Scripted model that respects its signal and counts its calls. */
export class PlayedModel implements LLM {
  readonly name: string;
  declare readonly stream?: NonNullable<LLM["stream"]>;
  declare readonly embed?: NonNullable<LLM["embed"]>;
  /** Requests of `decide()` and of streams that were read. */
  readonly requests: LLMRequest[] = [];
  /** Number of requested chunks. */
  reads = 0;
  /** Number of open streams. */
  openStreams = 0;
  /** Number of running calls of `decide()` and `embed()`. */
  openCalls = 0;
  readonly #plays: Plays;
  #calls = 0;

  constructor(plays: Plays) {
    this.#plays = plays;
    this.name = plays.name ?? "played";
    const { streams, embeddings } = plays;
    if (streams !== undefined) this.stream = (request) => this.#stream(streams, request);
    if (embeddings !== undefined) {
      this.embed = (_texts, options) => this.#answer(embeddings, options?.signal);
    }
  }

  decide(request: LLMRequest): Promise<LLMResult> {
    this.requests.push(request);
    return this.#answer(this.#plays.answers ?? [], request.signal);
  }

  async #answer<Value>(
    plays: readonly Play<Value>[],
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    this.openCalls++;
    try {
      return await perform(plays[this.#calls++], signal);
    } finally {
      this.openCalls--;
    }
  }

  async *#stream(
    streams: readonly (readonly Play<LLMChunk>[])[],
    request: LLMRequest,
  ): AsyncGenerator<LLMChunk, void, void> {
    this.requests.push(request);
    const plays = streams[this.#calls++] ?? [undefined];
    this.openStreams++;
    try {
      for (const play of plays) {
        this.reads++;
        yield await perform(play, request.signal);
      }
      this.reads++;
    } finally {
      this.openStreams--;
    }
  }
}

/** Returns the value of a play, throws its error, or stalls. Throws if the script has ended. */
async function perform<Value>(
  play: Play<Value> | undefined,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (play === undefined) throw new TypeError("There is nothing left to play");
  if (play instanceof Error) throw play;
  if (play !== "stall") return play as Value;
  return await new Promise<never>((_, reject) => {
    const abort = () => reject(signal!.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Creates a model that never answers and ignores its signal. */
export function deafModel(): LLM & { returned: number } {
  const never = new Promise<never>(() => {});
  const model = {
    name: "deaf",
    returned: 0,
    decide: () => never,
    embed: () => never,
    stream: () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => never,
        return: () => {
          model.returned++;
          return never;
        },
      }),
    }),
  };
  return model;
}

/** Reads all chunks of a stream, and the error that ended it. */
export async function drain(
  llm: LLM,
  request: LLMRequest = requestOf(),
): Promise<{ chunks: LLMChunk[]; error?: unknown }> {
  const chunks: LLMChunk[] = [];
  try {
    for await (const chunk of llm.stream!(request)) chunks.push(chunk);
    return { chunks };
  } catch (error) {
    return { chunks, error };
  }
}

/** Returns the value or error of a promise, or `"pending"` if it has not settled after 100 microtasks. */
export async function soon(promise: Promise<unknown>): Promise<unknown> {
  const pending = (async () => {
    for (let i = 0; i < 100; i++) await null;
    return "pending";
  })();
  return await Promise.race([promise.catch((error) => error), pending]);
}
