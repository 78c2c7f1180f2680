import type { LLM, LLMRequest } from "@nomos/agent";
import type { LLMChunk, LLMResult } from "@nomos/agent/llm";

/** What a {@linkcode PlayedModel} does next: throws an error, stalls until it is aborted, or gives what it is. */
export type Play<Given> = Given | Error | "stall";

/** A request with nothing to say. */
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

/** A chunk of text. */
export function text(text: string): LLMChunk {
  return { type: "text", text };
}

/** The chunk of a result. */
export function result(output: unknown, rest: Partial<LLMResult> = {}): LLMChunk {
  return { type: "result", result: { output, ...rest } };
}

/** A chunk that says that the text so far is void. */
export const RESTART: LLMChunk = { type: "restart" };

/** What a {@linkcode PlayedModel} plays; of each list the first for the first call, and so on. */
export interface Plays {
  readonly name?: string;
  readonly answers?: readonly Play<LLMResult>[];
  readonly streams?: readonly (readonly Play<LLMChunk>[])[];
  readonly embeddings?: readonly Play<number[][]>[];
}

/** A model that plays, minds its signal, and counts what is asked of it. */
export class PlayedModel implements LLM {
  readonly name: string;
  declare readonly stream?: NonNullable<LLM["stream"]>;
  declare readonly embed?: NonNullable<LLM["embed"]>;
  /** The requests of `decide()` and of streams that were read. */
  readonly requests: LLMRequest[] = [];
  /** How many chunks were asked for. */
  reads = 0;
  /** How many streams are open. */
  openStreams = 0;
  /** How many calls of `decide()` and `embed()` are under way. */
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

  async #answer<Given>(
    plays: readonly Play<Given>[],
    signal: AbortSignal | undefined,
  ): Promise<Given> {
    this.openCalls++;
    try {
      return await given(plays[this.#calls++], signal);
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
        yield await given(play, request.signal);
      }
      this.reads++;
    } finally {
      this.openStreams--;
    }
  }
}

/** What a play gives; a play too many is an error of the test. */
async function given<Given>(
  play: Play<Given> | undefined,
  signal: AbortSignal | undefined,
): Promise<Given> {
  if (play === undefined) throw new TypeError("There is nothing left to play");
  if (play instanceof Error) throw play;
  if (play !== "stall") return play as Given;
  return await new Promise<never>((_, reject) => {
    const abort = () => reject(signal!.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** A model that does nothing at all, whatever its signal says. */
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

/** All chunks of a stream, and the error that ended it. */
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

/** What a promise came to by the time a hundred rounds of microtasks have passed. */
export async function soon(promise: Promise<unknown>): Promise<unknown> {
  const pending = (async () => {
    for (let i = 0; i < 100; i++) await null;
    return "pending";
  })();
  return await Promise.race([promise.catch((error) => error), pending]);
}
