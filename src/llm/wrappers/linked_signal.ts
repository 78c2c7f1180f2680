/**
 * A signal that aborts with another one, or before.
 *
 * @module
 */

/**
 * A signal for what is asked of a model, which aborts with the caller's signal, if
 * there is one, or by itself. `AbortSignal.any` would do, at twenty times the cost,
 * and nothing ends its link.
 */
export class LinkedSignal {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#follow();
    else outer?.addEventListener("abort", this.#follow, { once: true });
  }

  /** The signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the signal by itself. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Ends the link: no listener stays on the caller's signal. */
  unlink(): void {
    this.#outer?.removeEventListener("abort", this.#follow);
  }

  readonly #follow = (): void => this.#controller.abort(this.#outer!.reason);
}
