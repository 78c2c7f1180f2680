/**
 * Time, as what waits sees it.
 *
 * @module
 */

/**
 * Tells the time, and calls back when it has passed. Whatever waits takes one, so
 * that a test can wait without any time passing: see `ManualClock` of
 * `@nomos/agent/testing`.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Calls back once, after so many milliseconds; `Infinity` is never. Gives a
   * function that cancels it, which does nothing once it was called.
   */
  setTimer(milliseconds: number, callback: () => void): () => void;
}

/** The longest time `setTimeout` knows, in milliseconds: one that is longer it takes for none. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The clock of the machine, whose timers can be of any length. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (milliseconds, callback) => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number) => {
      timer = left > LONGEST_TIMEOUT
        ? setTimeout(wait, LONGEST_TIMEOUT, left - LONGEST_TIMEOUT)
        : setTimeout(callback, left);
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits. Rejects with the signal's reason as soon as it aborts; neither a timer
 * nor a listener stays behind.
 */
export function wait(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      cancel();
      reject(signal!.reason);
    };
    const cancel = clock.setTimer(milliseconds, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
