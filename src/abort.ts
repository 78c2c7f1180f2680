/**
 * Abort handling: promises and streams that a signal interrupts, and linked controllers.
 *
 * @module
 */

/** Result of {@linkcode unlessAborted} if the signal aborts first. */
export const ABORTED: unique symbol = Symbol("aborted");

/**
 * Resolves to the value of a promise, or to {@linkcode ABORTED} as soon as the
 * signal aborts. A later value or rejection is dropped. No listener stays on the signal.
 */
export function unlessAborted<Value>(
  promise: Value | PromiseLike<Value>,
  signal: AbortSignal | undefined,
): Value | PromiseLike<Value> | typeof ABORTED | PromiseLike<Value | typeof ABORTED> {
  if (signal === undefined) return promise;
  // A value that is there needs no listener, which costs more than most values.
  if (!isThenable(promise)) return signal.aborted ? ABORTED : promise;
  return new Promise((resolve, reject) => {
    const abort = () => resolve(ABORTED);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    const stopListening = () => signal.removeEventListener("abort", abort);
    // A model written by hand may return any thenable.
    Promise.resolve(promise).then((value) => {
      stopListening();
      resolve(value);
    }, (error) => {
      stopListening();
      reject(error);
    });
  });
}

/** Returns true if a value can be awaited. A proxy may throw when it is inspected; it is a value. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  try {
    return typeof (value as PromiseLike<Value> | null | undefined)?.then === "function";
  } catch {
    return false;
  }
}

/** Same as {@linkcode unlessAborted}, but rejects with the signal's reason if it aborts first. */
export async function abortable<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  const value = await unlessAborted(promise, signal);
  if (value === ABORTED) throw signal!.reason;
  return value;
}

/**
 * Aborts a controller when a signal aborts, with the same reason. Returns a function
 * that removes the link. `AbortSignal.any` costs twenty times as much.
 */
export function linkAbort(
  controller: AbortController,
  signal: AbortSignal | undefined,
): () => void {
  const abort = () => controller.abort(signal!.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  return () => signal?.removeEventListener("abort", abort);
}

/**
 * Iterates over a generator whose signal aborts when the iteration ends early.
 * `return()` of a plain generator waits for the pending `next()`; here it aborts the
 * signal first, and the pending `next()` ends the iteration.
 *
 * @param start Starts the generator, which must end when the signal aborts.
 * @param outer Aborts the generator's signal too. `next()` then throws the generator's error.
 */
export function interruptible<Part>(
  start: (signal: AbortSignal) => AsyncGenerator<Part, void, void>,
  outer: AbortSignal | undefined,
): AsyncIterableIterator<Part, void, void> {
  const controller = new AbortController();
  let isReturned = false;
  // Not linkAbort(): a reader may abandon the stream without calling return().
  const { signal } = controller;
  const parts = start(outer ? AbortSignal.any([outer, signal]) : signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        return await parts.next();
      } catch (error) {
        if (isReturned) return { done: true, value: undefined };
        controller.abort(error);
        throw error;
      }
    },
    return() {
      isReturned = true;
      controller.abort();
      return parts.return();
    },
  };
}

/**
 * Reads a stream without reading ahead. As soon as the signal aborts, throws its reason.
 * The stream is opened when the first part is requested, and closed if the reader stops
 * early. After an abort the closing is not awaited, because a stream that ignores its
 * signal may never close.
 *
 * @param onClosed Called once, after the stream has ended, failed or been closed.
 */
export async function* readUntilAborted<Part>(
  open: () => AsyncIterable<Part>,
  signal: AbortSignal | undefined,
  onClosed: () => void = () => {},
): AsyncGenerator<Part, void, void> {
  let parts: AsyncIterator<Part> | undefined;
  let mustClose = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      mustClose = false;
      parts ??= open()[Symbol.asyncIterator]();
      const { done, value } = await abortable(parts.next(), signal);
      if (done) return;
      mustClose = true;
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    if (signal?.aborted) close().catch(() => {});
    else if (mustClose) await close();
    else onClosed();
  }

  async function close(): Promise<void> {
    try {
      await parts?.return?.();
    } finally {
      onClosed();
    }
  }
}
