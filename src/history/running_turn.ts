/**
 * A turn of this process, from its call to its end.
 *
 * @module
 */
import { linkAbort } from "../abort.ts";

/** Turn that runs, or waits for an earlier one. */
export class RunningTurn {
  /** Input and its result, if the input has an id. */
  input:
    | { readonly id: string; readonly command: unknown; readonly result: Promise<unknown> }
    | undefined;
  readonly #controller = new AbortController();
  #settle: (() => void) | undefined;
  /** Resolves once the turn has ended and its lease was released. */
  readonly settled: Promise<void> = new Promise((resolve) => this.#settle = resolve);
  readonly #links: (() => void)[] = [];

  /** Signal that aborts when the turn must stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the turn when `signal` aborts. */
  follow(signal: AbortSignal | undefined): void {
    if (signal !== undefined) this.#links.push(linkAbort(this.#controller, signal));
  }

  /** Stops the turn. */
  interrupt(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Marks the turn as ended, so that the next one may begin. */
  end(): void {
    for (const unlink of this.#links) unlink();
    this.#settle!();
  }
}
