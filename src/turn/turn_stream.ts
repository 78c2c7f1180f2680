/**
 * The stream of a turn.
 *
 * @module
 */
import type { Out, StreamPart } from "./stream_part.ts";

/** Runs a turn, with or without a reader. */
type Run<Result> = (
  signal: AbortSignal,
  out: Out<StreamPart> | undefined,
) => Promise<Result>;

/**
 * Turn as an async iterable of its parts, returned by `session.stream()`. Nothing
 * happens before the first `next()`, or before {@linkcode TurnStream.turn} is read.
 * The turn waits for its reader: a model is read no faster than the stream. Leaving the
 * stream early, even while a `next()` is pending, aborts the turn: the session is then
 * `interrupted`.
 *
 * @typeParam Result The turn.
 */
export class TurnStream<Result> implements AsyncIterableIterator<StreamPart, Result, void> {
  readonly #run: Run<Result>;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal | undefined;
  #turn: Promise<Result> | undefined;
  /** Resolves the `next()` that waits for a part. */
  #read: ((part: StreamPart | undefined) => void) | undefined;
  /** Resolves the promise of the turn that waits for its reader. */
  #continue: (() => void) | undefined;
  #isOver = false;
  /** True if `return()` was called: no further part is read. */
  #isClosed = false;
  /** Promise of the last `next()`, so that concurrent calls get the parts in order. */
  #last: Promise<unknown> = Promise.resolve();

  /** Creates a stream; `outer` aborts the turn as well. */
  constructor(run: Run<Result>, outer: AbortSignal | undefined) {
    this.#run = run;
    this.#outer = outer;
  }

  /**
   * Promise of the turn. If nothing was read yet, the turn runs without a reader. Its
   * failure is never an unhandled rejection.
   */
  get turn(): Promise<Result> {
    return this.#begin(undefined);
  }

  /** Returns the next part; at the end, the turn. Throws the error of the turn. */
  next(): Promise<IteratorResult<StreamPart, Result>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => {});
    return next;
  }

  /**
   * Aborts the turn, waits for its end and returns it. The error of a turn that was
   * already over is not thrown again.
   */
  async return(): Promise<IteratorResult<StreamPart, Result>> {
    const wasOver = this.#isOver;
    this.#isClosed = true;
    this.#abort.abort(new DOMException("The stream was left before its end", "AbortError"));
    this.#continue?.();
    try {
      // Undefined if the stream was never read: then no turn has started.
      return { done: true, value: await this.#turn as Result };
    } catch (error) {
      if (!wasOver) throw error;
      return { done: true, value: undefined as Result };
    }
  }

  /** Returns the stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Same as {@linkcode TurnStream.return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #next(): Promise<IteratorResult<StreamPart, Result>> {
    // A stream that was closed before its first read starts no turn.
    if (this.#isClosed && this.#turn === undefined) {
      return { done: true, value: undefined as Result };
    }
    const arriving = new Promise<StreamPart | undefined>((resolve) => this.#read = resolve);
    const turn = this.#begin((part) => this.#passPart(part));
    this.#continue?.();
    const part = this.#isOver ? undefined : await arriving;
    return part === undefined ? { done: true, value: await turn } : { done: false, value: part };
  }

  #begin(out: Out<StreamPart> | undefined): Promise<Result> {
    if (this.#turn !== undefined) return this.#turn;
    const outer = this.#outer;
    const abort = () => this.#abort.abort(outer!.reason);
    if (outer?.aborted) abort();
    else outer?.addEventListener("abort", abort);
    this.#turn = this.#run(this.#abort.signal, out);
    const end = () => {
      outer?.removeEventListener("abort", abort);
      this.#isOver = true;
      this.#read?.(undefined);
    };
    // Prevents an unhandled rejection; next() and `turn` still reject.
    this.#turn.then(end, end);
    return this.#turn;
  }

  /** Passes a part to the reader, and waits until it asks for the next one. */
  #passPart(part: StreamPart): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#continue = resolve;
      this.#read?.(part);
      this.#read = undefined;
    });
  }
}
