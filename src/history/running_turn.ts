/**
 * A turn of this process, from its call to its end.
 *
 * @module
 */

/** Result of {@linkcode RunningTurn.unlessStopped} if the turn must stop first. */
export const STOPPED: unique symbol = Symbol("stopped");

/** Turn that runs, or waits for an earlier one. */
export class RunningTurn {
  /** Input, if it has an id. */
  input: { readonly id: string; readonly command: unknown } | undefined;
  /** Result of a turn that has ended; undefined if it failed. */
  result: unknown;
  /** Error of a turn that failed. */
  failure: { readonly error: unknown } | undefined;
  /**
   * Called when the turn must stop. A turn waits for one thing at a time, which sets this. Not set
   * to a function literal: V8 allocates those in the old generation, where they keep what they refer
   * to until a full collection.
   */
  onStop: ((stopped: typeof STOPPED) => void) | undefined;
  readonly #controller = new AbortController();
  #settling: PromiseWithResolvers<void> | undefined;
  #hasEnded = false;
  readonly #links: (() => void)[] = [];

  /** Signal that aborts when the turn must stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True if the turn must stop. */
  get isStopped(): boolean {
    return this.signal.aborted;
  }

  /** Resolves once the turn has ended and its lease was released. Created when it is first read. */
  get settled(): Promise<void> {
    this.#settling ??= Promise.withResolvers();
    if (this.#hasEnded) this.#settling.resolve();
    return this.#settling.promise;
  }

  /** Stops the turn when `signal` aborts. */
  follow(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const stop = () => this.interrupt(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    this.#links.push(() => signal.removeEventListener("abort", stop));
  }

  /** Stops the turn. */
  interrupt(reason: unknown): void {
    this.#controller.abort(reason);
    this.onStop?.(STOPPED);
  }

  /**
   * Resolves to the value of a promise, or to {@linkcode STOPPED} as soon as the turn must
   * stop. A later value or rejection is dropped.
   */
  unlessStopped<Value>(promise: Value | PromiseLike<Value>): Promise<Value | typeof STOPPED> {
    return new Promise((resolve, reject) => {
      // Costs a fifth of a listener of the signal, for each part of an answer.
      this.onStop = resolve;
      if (this.isStopped) resolve(STOPPED);
      // A model written by hand may return any thenable.
      Promise.resolve(promise).then(resolve, reject);
    });
  }

  /** Marks the turn as ended, so that the next one may begin. */
  end(): void {
    for (const unlink of this.#links) unlink();
    this.#hasEnded = true;
    this.#settling?.resolve();
  }
}
