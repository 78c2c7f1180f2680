/**
 * Abort handling: waiting no longer than a signal allows, linked controllers, and
 * streams that end as soon as they are no longer wanted.
 *
 * @module
 */

/** Result of {@linkcode unlessAborted} if the signal aborts first. */
export const ABORTED: unique symbol = Symbol("aborted");

/**
 * Resolves to the value of a promise, or to {@linkcode ABORTED} as soon as the
 * signal aborts. A later value or failure is dropped. No listener stays on the signal.
 */
export function unlessAborted<Value>(
  promise: Value | PromiseLike<Value>,
  signal: AbortSignal | undefined,
): Value | PromiseLike<Value | typeof ABORTED> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => resolve(ABORTED);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    // A model written by hand may return any thenable, or a value.
    Promise.resolve(promise).then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Same as {@linkcode unlessAborted}, but rejects with the signal's reason if it aborts first. */
export async function untilAborted<Value>(
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
 * @param outer Aborts the signal too; then `next()` throws what the generator throws.
 */
export function interruptible<Part>(
  start: (signal: AbortSignal) => AsyncGenerator<Part, void, void>,
  outer: AbortSignal | undefined,
): AsyncIterableIterator<Part, void, void> {
  const controller = new AbortController();
  let isBroken = false;
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
        if (isBroken) return { done: true, value: undefined };
        controller.abort(error);
        throw error;
      }
    },
    return() {
      isBroken = true;
      controller.abort();
      return parts.return();
    },
  };
}

/**
 * Reads a stream, never ahead, until it ends or the signal aborts; then it throws the
 * signal's reason at once. The stream is opened when the first part is requested, and
 * closed if it is left early. After an abort the closing is not awaited, because a
 * stream that ignores its signal may never close.
 *
 * @param onClosed Called once, when the opened stream has ended or closed.
 */
export async function* readUntilAborted<Part>(
  open: () => AsyncIterable<Part>,
  signal: AbortSignal | undefined,
  onClosed: () => void = () => {},
): AsyncGenerator<Part, void, void> {
  let parts: AsyncIterator<Part> | undefined;
  let isOpen = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      isOpen = false;
      parts ??= open()[Symbol.asyncIterator]();
      const { done, value } = await untilAborted(parts.next(), signal);
      if (done) return;
      isOpen = true;
      yield value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    if (signal?.aborted) close().catch(() => {});
    else if (isOpen) await close();
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
