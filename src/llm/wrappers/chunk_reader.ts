/**
 * Reading the stream of a model.
 *
 * @module
 */
import type { LLM, LLMChunk, LLMRequest } from "../llm.ts";
import { orAbort } from "./or_abort.ts";

/**
 * Reads a stream chunk by chunk, never ahead. The stream is asked for with the
 * first chunk; when the signal of the request aborts, it is waited for no longer.
 */
export class ChunkReader {
  readonly #llm: LLM;
  readonly #request: LLMRequest;
  readonly #onEnd: (() => void) | undefined;
  #chunks: AsyncIterator<LLMChunk> | undefined;
  #isOver = false;

  /** `onEnd` is called once, when the model has let go of the stream. */
  constructor(llm: LLM, request: LLMRequest, onEnd?: () => void) {
    this.#llm = llm;
    this.#request = request;
    this.#onEnd = onEnd;
  }

  /**
   * The next chunk; undefined after the last. What it throws ends the stream: an
   * error of the model, or the reason of the signal.
   */
  async next(): Promise<LLMChunk | undefined> {
    if (this.#isOver) return undefined;
    const { signal } = this.#request;
    try {
      signal?.throwIfAborted();
      this.#chunks ??= chunksOf(this.#llm, this.#request)[Symbol.asyncIterator]();
      const { done, value } = await orAbort(this.#chunks.next(), signal);
      if (!done) return value;
      this.#end();
      return undefined;
    } catch (error) {
      if (!signal?.aborted) {
        this.#end();
        throw error;
      }
      // A model that ignores its signal is told once more, and not waited for.
      this.close().catch(() => {});
      throw signal.reason;
    }
  }

  /** Ends the stream if it is not over, and waits until the model has let go of it. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      await this.#chunks?.return?.();
    } finally {
      this.#onEnd?.();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#onEnd?.();
  }
}

/** The stream of a model; of one that does not stream, its answer. */
function chunksOf(llm: LLM, request: LLMRequest): AsyncIterable<LLMChunk> {
  return llm.stream === undefined ? answerOf(llm, request) : llm.stream(request);
}

async function* answerOf(llm: LLM, request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
  yield { type: "result", result: await llm.decide(request) };
}
