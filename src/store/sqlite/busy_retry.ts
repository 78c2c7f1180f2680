/**
 * Waiting for a database that another connection is writing.
 *
 * SQLite can wait by itself (`busy_timeout`), but it blocks the whole event loop
 * while it does. Here it fails at once, and is tried again after a delay.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { failureKind } from "./sqlite_failure.ts";

/** Maximum delay between two attempts, in milliseconds. */
const MAX_DELAY = 50;

/** Limits of the retries. */
export interface BusyRetryOptions {
  /** Maximum sum of the delays, in milliseconds. */
  readonly busyTimeout: number;
  /** Spreads attempts, so that those who wait do not meet again and again. */
  readonly random: Random;
  /** Waits for so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Retries what fails because the database is busy. */
export class BusyRetry {
  readonly #options: BusyRetryOptions;
  #hasEnded = false;

  /** Makes it of its limits. */
  constructor(options: BusyRetryOptions) {
    this.#options = options;
  }

  /** Lets whatever waits fail instead of being tried again. */
  end(): void {
    this.#hasEnded = true;
  }

  /**
   * Returns the result of the first attempt that meets no other writer. Throws what
   * an attempt throws for another reason, or when the time is up.
   */
  async run<Result>(attempt: () => Result): Promise<Result> {
    const { busyTimeout, random, wait } = this.#options;
    // The sum of the delays, and not the clock: that may be set meanwhile.
    let waited = 0;
    for (let step = 1;; step *= 2) {
      try {
        return attempt();
      } catch (error) {
        const left = busyTimeout - waited;
        if (failureKind(error) !== "busy" || left <= 0 || this.#hasEnded) throw error;
        const delay = Math.min(1 + random() * Math.min(step, MAX_DELAY), left);
        await wait(delay);
        waited += delay;
      }
    }
  }
}
