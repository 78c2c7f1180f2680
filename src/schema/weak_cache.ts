/**
 * A map that finds values again without keeping them alive.
 *
 * @module
 */

/**
 * Holds each value by a `WeakRef`. When the last strong holder of a value is
 * gone the entry goes too: a `FinalizationRegistry` removes it, which the
 * engine calls in a later macrotask, never within the one that let go.
 */
export class WeakCache<Value extends object> {
  readonly #entries = new Map<string, WeakRef<Value>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    // The key may have been taken again since; only a dead entry is removed.
    if (this.#entries.get(key)?.deref() === undefined) this.#entries.delete(key);
  });

  /** Number of entries, collected ones that were not yet removed included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value under a key, as long as something else holds it. */
  get(key: string): Value | undefined {
    return this.#entries.get(key)?.deref();
  }

  /** Puts a value under a key, weakly. */
  set(key: string, value: Value): void {
    this.#entries.set(key, new WeakRef(value));
    this.#collected.register(value, key);
  }
}
