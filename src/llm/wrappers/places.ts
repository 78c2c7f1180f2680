/**
 * Places for so many at once, and a queue for the others.
 *
 * @module
 */

/** Places that are taken and given back. Whoever finds none waits; those who came first go first. */
export class Places {
  #free: number;
  /**
   * Those who wait. A set, for whoever gives up leaves from the middle; taking the
   * first of 10,000 costs about 1 µs.
   */
  readonly #queue = new Set<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Whether a place is free. */
  get areFree(): boolean {
    return this.#free > 0;
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Takes a place, as soon as there is one. Rejects with the signal's reason as soon
   * as it aborts, and then has taken none.
   */
  async take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#queue.delete(enter);
        reject(signal!.reason);
      };
      this.#queue.add(enter);
      signal?.addEventListener("abort", leave, { once: true });
    });
    if (!signal?.aborted) return;
    // It aborted when the place was given, but nobody had come for it yet.
    this.giveBack();
    throw signal.reason;
  }

  /** Gives a place back, to the first who waits. */
  giveBack(): void {
    const [first] = this.#queue;
    if (first === undefined) {
      this.#free++;
      return;
    }
    this.#queue.delete(first);
    first();
  }
}
