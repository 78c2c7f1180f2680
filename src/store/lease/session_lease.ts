/**
 * Lease that a turn holds on its session, renewed in the background.
 *
 * @module
 */
import { type Clock, wait } from "../../clock.ts";
import type { Lease, Store } from "../store.ts";
import {
  hasUnknownOutcome,
  type LeaseLostError,
  makeLeaseLostError,
  StoreError,
} from "../store_errors.ts";

/** Options of the renewal of a lease. */
export interface RenewalOptions {
  /** Time until an unrenewed lease expires, in milliseconds. */
  readonly leaseTime: number;
  readonly clock: Clock;
}

/** Claim or lease of a former turn of the same `Session` object that the store may still hold. */
export interface FormerLease {
  /** Owner of a claim without a reply, or without its append, which may hold the lease. */
  owner?: string;
  /** True if that claim replaced the lease of another owner, or may have begun a turn. */
  hasTakenOver?: boolean;
  /** Lease that could not be released. */
  unreleased?: Lease;
}

/** Maximum number of times that a request without a reply is sent again. */
const RETRIES = 3;
/** Delay before the first retry, in milliseconds. It doubles with each retry. */
const FIRST_DELAY = 100;

/**
 * Lease that renews itself until it is released, however long a tool takes. Its
 * signal aborts when the lease is lost.
 */
export class SessionLease {
  readonly #store: Store;
  readonly #options: RenewalOptions;
  readonly #former: FormerLease;
  readonly #lost = new AbortController();
  #cancel: (() => void) | undefined;

  constructor(
    store: Store,
    options: RenewalOptions,
    former: FormerLease,
    /** Lease as the store issued it. */
    readonly lease: Lease,
  ) {
    this.#store = store;
    this.#options = options;
    this.#former = former;
    this.#scheduleRenewal();
  }

  /** Signal that aborts when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Verifies that the lease is still held, by renewing it.
   *
   * @throws {LeaseLostError} if it is lost.
   */
  async assertHeld(): Promise<void> {
    const { clock, leaseTime } = this.#options;
    const isKept = await resend(() => this.#store.renew(this.lease, leaseTime), clock);
    if (!isKept) this.markLost(makeLeaseLostError(this.lease.id));
    this.lost.throwIfAborted();
  }

  /** Marks the lease as lost: stops renewing it and aborts the signal. */
  markLost(reason: LeaseLostError): void {
    this.stop();
    this.#lost.abort(reason);
  }

  /**
   * Releases the lease, even if it was marked as lost, because the store may still hold it.
   * A failure of the store is ignored: the lease expires by itself, and the next turn of the same
   * `Session` object releases it again.
   */
  async release(): Promise<void> {
    this.stop();
    await resend(() => this.#store.release(this.lease), this.#options.clock).catch((error) => {
      this.#former.unreleased = this.lease;
      if (!(error instanceof StoreError)) throw error;
    });
  }

  /** Stops renewing the lease. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #scheduleRenewal(): void {
    const { clock, leaseTime } = this.#options;
    this.#cancel = clock.setTimer(leaseTime / 3, () => {
      this.#renew().catch((error) => this.markLost(error));
    });
  }

  async #renew(): Promise<void> {
    const isKept = await this.#store.renew(this.lease, this.#options.leaseTime).catch((error) => {
      // The lease may still be held: the next renewal or write finds out.
      if (error instanceof StoreError) return true;
      throw error;
    });
    if (this.#cancel === undefined) return;
    if (isKept) this.#scheduleRenewal();
    else this.markLost(makeLeaseLostError(this.lease.id));
  }
}

/** Sends an idempotent request, and sends it again if its reply was lost. */
export async function resend<Result>(
  request: () => Promise<Result>,
  clock: Clock,
): Promise<Result> {
  for (let attempt = 0;; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (!hasUnknownOutcome(error) || attempt === RETRIES) throw error;
    }
    await wait(clock, FIRST_DELAY * 2 ** attempt, undefined);
  }
}
