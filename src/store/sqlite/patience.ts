/**
 * Waiting for a database that somebody else is writing.
 *
 * SQLite can wait by itself (`busy_timeout`), but it blocks the whole event loop
 * while it does. Here it fails at once, and is tried again after a while.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { failureKind } from "./sqlite_failure.ts";

/** The longest time between two attempts, in milliseconds. */
const LONGEST_WAIT = 50;

/** How to wait. */
export interface PatienceOptions {
  /** How long to wait in all, in milliseconds. */
  readonly busyTimeout: number;
  /** Spreads attempts, so that those who wait do not meet again and again. */
  readonly random: Random;
  /** Waits for so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Tries again what fails because the database is busy. */
export class Patience {
  readonly #options: PatienceOptions;
  #isOver = false;

  /** Waits as the options say. */
  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** Lets whatever waits fail when it would try again. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * What an attempt gives that meets no other writer. What it throws for another
   * reason, or when the time is up, is thrown.
   */
  async whileBusy<Result>(attempt: () => Result): Promise<Result> {
    const { busyTimeout, random, wait } = this.#options;
    // The sum of the waits, and not the clock: that may be set meanwhile.
    let waited = 0;
    for (let step = 1;; step *= 2) {
      try {
        return attempt();
      } catch (error) {
        const left = busyTimeout - waited;
        if (failureKind(error) !== "busy" || left <= 0 || this.#isOver) throw error;
        const time = Math.min(1 + random() * Math.min(step, LONGEST_WAIT), left);
        await wait(time);
        waited += time;
      }
    }
  }
}
