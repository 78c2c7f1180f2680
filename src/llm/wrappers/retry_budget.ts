/**
 * How much a model that fails is asked beyond what its callers ask.
 *
 * @module
 */

/** What a retry takes, in the unit of the budget: tenths, so that tenths add up to whole ones. */
const RETRY = 10;

/**
 * The retries that are left to all callers together. A retry takes one, and gives
 * it back if it succeeds; a call that succeeds at once earns a tenth. So what fails
 * now and then is always retried, and what fails all the time is soon asked no more
 * often than without retries: a storm ends by itself.
 *
 * The rule is that of the retry quota of AWS SDKs, with their size:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html.
 */
export class RetryBudget {
  readonly #most: number;
  #left: number;

  /** A full budget of so many retries. */
  constructor(retries: number) {
    this.#most = retries * RETRY;
    this.#left = this.#most;
  }

  /** Takes a retry; false if none is left. */
  take(): boolean {
    if (this.#left < RETRY) return false;
    this.#left -= RETRY;
    return true;
  }

  /** A retry succeeded, or was not made after all. */
  giveBack(): void {
    this.#add(RETRY);
  }

  /** A call succeeded without a retry. */
  earn(): void {
    this.#add(1);
  }

  #add(amount: number): void {
    this.#left = Math.min(this.#most, this.#left + amount);
  }
}
