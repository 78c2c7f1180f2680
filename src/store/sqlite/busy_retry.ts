/**
 * Busy retry: retries statements while another connection writes the database.
 *
 * The `busy_timeout` of SQLite is not used, because it blocks the event loop. Without
 * it, a statement fails at once, and is retried here after a delay.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { classifyFailure } from "./sqlite_failure.ts";

/** Maximum jitter added to a delay, in milliseconds. */
const MAX_DELAY = 50;

/** Options of a {@linkcode BusyRetry}. */
interface BusyRetryOptions {
  /** Maximum sum of the delays, in milliseconds. */
  readonly busyTimeout: number;
  /** Source of the jitter, which keeps waiting writers from colliding again. */
  readonly random: Random;
  /** Waits for the given number of milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Retries attempts that fail because the database is busy, with exponential backoff. */
export class BusyRetry {
  readonly #options: BusyRetryOptions;
  #isStopped = false;

  /** Makes a retry; one serves all statements of a store. */
  constructor(options: BusyRetryOptions) {
    this.#options = options;
  }

  /** Stops retrying: waiting calls make one last attempt, and throw if it fails. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Calls `attempt` until the database is not busy, and returns its result. Throws its
   * error if that has another reason, or when `busyTimeout` is used up.
   */
  async run<Result>(attempt: () => Result): Promise<Result> {
    const { busyTimeout, random, wait } = this.#options;
    // Adds up the delays instead of reading the clock, which may be adjusted meanwhile.
    let waited = 0;
    for (let step = 1;; step *= 2) {
      try {
        return attempt();
      } catch (error) {
        const left = busyTimeout - waited;
        if (classifyFailure(error) !== "busy" || left <= 0 || this.#isStopped) throw error;
        const delay = Math.min(1 + random() * Math.min(step, MAX_DELAY), left);
        await wait(delay);
        waited += delay;
      }
    }
  }
}
