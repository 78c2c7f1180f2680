/**
 * Waiting for a promise no longer than a signal allows.
 *
 * @module
 */

/** What {@linkcode unlessAborted} gives when the signal aborts first. */
export const ABORTED: unique symbol = Symbol("aborted");

/**
 * The value of a promise, or {@linkcode ABORTED} as soon as the signal aborts.
 * What the promise gives later is dropped. No listener stays on the signal.
 */
export function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value | typeof ABORTED> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => resolve(ABORTED);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    // A model written by hand may give any thenable, or a value.
    Promise.resolve(promise).then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
