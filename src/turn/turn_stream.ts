/**
 * A turn that is handed out part by part.
 *
 * @module
 */
import type { LiveSession } from "./live_session.ts";
import { runTurn, type StreamPart, type TurnOptions } from "./loop.ts";
import type { Turn } from "./turn.ts";

/**
 * What `session.stream()` gives. A generator that is waiting does not hear of a
 * `return()` until it has what it waits for, which may be never; so this aborts
 * the turn first.
 */
export class TurnStream implements AsyncGenerator<StreamPart, Turn, void> {
  readonly #parts: AsyncGenerator<StreamPart, Turn, void>;
  readonly #given: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #waiting = 0;

  /** Nothing happens before the first `next()`. */
  constructor(session: LiveSession, input: string | undefined, options: TurnOptions = {}) {
    this.#given = options.signal;
    const { signal } = this.#controller;
    this.#parts = runTurn(session, input, { ...options, signal }, { hasDeltas: true });
  }

  async next(): Promise<IteratorResult<StreamPart, Turn>> {
    if (this.#given?.aborted) this.#abort();
    // Heard from the first part to the last, also between them: tools may be running.
    else this.#given?.addEventListener("abort", this.#abort);
    this.#waiting++;
    let isOver = true;
    try {
      const part = await this.#parts.next();
      isOver = part.done === true;
      return part;
    } finally {
      this.#waiting--;
      if (isOver) this.#given?.removeEventListener("abort", this.#abort);
    }
  }

  return(value?: Turn | PromiseLike<Turn>): Promise<IteratorResult<StreamPart, Turn>> {
    this.#breakOff();
    return this.#parts.return(value as Turn);
  }

  throw(error: unknown): Promise<IteratorResult<StreamPart, Turn>> {
    this.#breakOff();
    return this.#parts.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #breakOff(): void {
    if (this.#waiting > 0) this.#abort();
    this.#given?.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => {
    const reason = this.#given?.reason ??
      new DOMException("The stream was broken off", "AbortError");
    this.#controller.abort(reason);
  };
}
