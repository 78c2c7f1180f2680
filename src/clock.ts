/**
 * Clocks: the current time and timers.
 *
 * @module
 */

/**
 * Source of the current time and of timers. Tests pass a `ManualClock` of
 * `@nomos/agent/testing`, whose time passes only when the test advances it.
 */
export interface Clock {
  /** Returns the current time, in milliseconds since 1970. */
  now(): number;
  /**
   * Calls `callback` once, after a delay; never if the delay is `Infinity`. Returns a
   * function that cancels the timer, and does nothing after the callback was called. If
   * `isBackground` is true, a program that waits for nothing else ends before.
   */
  setTimer(milliseconds: number, callback: () => void, isBackground?: boolean): () => void;
}

/** Longest delay of `setTimeout`, in milliseconds. It fires at once after a longer one. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Clock of the operating system. Its timers may have any delay. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (milliseconds, callback, isBackground = false) => {
    let timer: ReturnType<typeof setTimeout>;
    const schedule = (left: number) => {
      timer = left > MAX_TIMEOUT
        ? setTimeout(schedule, MAX_TIMEOUT, left - MAX_TIMEOUT)
        : setTimeout(callback, left);
      // Deno, Node and Bun have unref(); a browser has no program that could end.
      if (isBackground) (timer as { unref?(): void }).unref?.();
    };
    schedule(milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves in a later task, so that timers fire and other sessions continue. */
export function nextTask(): Promise<void> {
  // A timer takes a millisecond or two. The message of a channel may arrive before all promises
  // have settled. Read here, because Deno loads the timers of Node.js when it is read, for 5 ms.
  const { setImmediate: startTask = setTimeout } = globalThis as {
    readonly setImmediate?: (callback: () => void) => void;
  };
  return new Promise((resolve) => startTask(resolve));
}

/**
 * Waits for a delay. Rejects with the signal's reason as soon as it aborts. Leaves
 * neither a timer nor a listener behind.
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
