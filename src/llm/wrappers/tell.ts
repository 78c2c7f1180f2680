/**
 * Telling those who only watch.
 *
 * @module
 */

/** Tells what happened. What the watcher throws, now or later, is dropped: no call fails by it. */
export function tell<Message>(
  watcher: ((message: Message) => unknown) | undefined,
  message: Message,
): void {
  try {
    const given = watcher?.(message);
    if (given instanceof Promise) given.catch(() => {});
  } catch {
    // An answer that was paid for is worth more than a line of a log.
  }
}
