/**
 * Streams that can be broken off while they wait.
 *
 * @module
 */

/**
 * An iterator over what a generator gives, with one difference: `return()` does
 * not wait for what the generator waits for, it aborts the signal that the
 * generator was started with. A `next()` that is waiting then ends the iteration.
 *
 * @param start Starts the generator, which must end when the signal aborts.
 * @param outer Aborts the signal too; then `next()` throws what the generator throws.
 */
export function breakable<Item>(
  start: (signal: AbortSignal) => AsyncGenerator<Item, void, void>,
  outer: AbortSignal | undefined,
): AsyncIterableIterator<Item, void, void> {
  const breaking = new AbortController();
  const { signal } = breaking;
  const generator = start(outer ? AbortSignal.any([outer, signal]) : signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        return await generator.next();
      } catch (error) {
        if (signal.aborted) return { done: true, value: undefined };
        throw error;
      }
    },
    return() {
      breaking.abort();
      return generator.return();
    },
  };
}
