/**
 * The stream of a turn.
 *
 * @module
 */
import type { RunningTurn } from "../history/running_turn.ts";
import type { Out, StartedTurn, StreamPart } from "./stream_part.ts";

/** Acquires the lock of a turn, or a place in its queue. Never throws. */
type Start<Result> = () => StartedTurn<Result>;

/**
 * Turn as an async iterable of its parts, returned by `session.stream()`. Nothing
 * happens before the first `next()`, or before {@linkcode TurnStream.turn} is read.
 * The turn waits for its reader: a model is read no faster than the stream. Leaving the
 * stream early, even while a `next()` is pending, aborts the turn: the session is then
 * `interrupted`. The same happens to a reader that takes longer than `readerTimeout` to ask for
 * the next part. The turn runs in the async context in which `stream()` was called.
 *
 * @typeParam Result The turn.
 */
export class TurnStream<Result> implements AsyncIterableIterator<StreamPart, Result, void> {
  readonly #start: Start<Result>;
  readonly #turn: Promise<Result>;
  /** Resolves the promise that `#turn` follows; undefined once the turn has begun. */
  #play: ((play: () => unknown) => void) | undefined;
  /** Resolves the `next()` that waits for a part. */
  #read: ((part: StreamPart | undefined) => void) | undefined;
  /** Resolves the promise of the turn that waits for its reader. */
  #continue: (() => void) | undefined;
  /** Parts of a stopped turn for which the reader has not asked yet. */
  readonly #unread: StreamPart[] = [];
  #isOver = false;
  /** Reason for closing the stream, after which no part is read. */
  #closed: DOMException | undefined;
  #running: RunningTurn | undefined;
  /** Promise of the last `next()`, so that concurrent calls receive the parts in order. */
  #last: Promise<unknown> = Promise.resolve();

  /** Called by a session. */
  constructor(start: Start<Result>) {
    this.#start = start;
    // A reaction runs in the async context in which it was registered: that of stream().
    const begun = new Promise<() => unknown>((resolve) => this.#play = resolve);
    this.#turn = begun.then((play) => play()) as Promise<Result>;
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
    this.#closed ??= new DOMException("The stream was left before its end", "AbortError");
    this.#unread.length = 0;
    this.#running?.interrupt(this.#closed);
    // No turn has started if the stream was never read.
    if (this.#play !== undefined) return { done: true, value: undefined as Result };
    try {
      return { done: true, value: await this.#turn };
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
    if (this.#closed !== undefined && this.#play !== undefined) {
      return { done: true, value: undefined as Result };
    }
    const unread = this.#unread.shift();
    if (unread !== undefined) return { done: false, value: unread };
    const arriving = new Promise<StreamPart | undefined>((resolve) => this.#read = resolve);
    const turn = this.#begin((part) => this.#passPart(part));
    this.#continue?.();
    const part = this.#isOver ? undefined : await arriving;
    return part === undefined ? { done: true, value: await turn } : { done: false, value: part };
  }

  #begin(out: Out<StreamPart> | undefined): Promise<Result> {
    const resolve = this.#play;
    if (resolve === undefined) return this.#turn;
    this.#play = undefined;
    const end = () => {
      this.#isOver = true;
      this.#read?.(undefined);
    };
    // Prevents an unhandled rejection; next() and `turn` still reject.
    this.#turn.then(end, end);
    const { turn, play } = this.#start();
    this.#running = turn;
    // A turn that must stop does not wait for its reader.
    turn?.signal.addEventListener("abort", () => this.#continue?.());
    if (this.#closed !== undefined) turn?.interrupt(this.#closed);
    resolve(() => play(out));
    return this.#turn;
  }

  /** Passes a part to the reader, and waits until it asks for the next one or the turn must stop. */
  #passPart(part: StreamPart): Promise<void> {
    if (this.#closed !== undefined) return Promise.resolve();
    if (this.#read === undefined) this.#unread.push(part);
    else this.#read(part);
    this.#read = undefined;
    if (this.#running?.isStopped) return Promise.resolve();
    return new Promise((resolve) => this.#continue = resolve);
  }
}
