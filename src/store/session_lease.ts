/**
 * Lease that a turn holds on its session, renewed in the background.
 *
 * @module
 */
import { type Clock, wait } from "../clock.ts";
import { quote, SessionBusyError } from "../errors.ts";
import type { Lease, Store } from "./store.ts";
import { LeaseLostError, StoreError } from "./store_errors.ts";

/** Policy for a session that another writer holds: fail, wait for it, or take the lease over. */
type WhenBusy = "refuse" | "wait" | "interrupt";

/** Options for acquiring leases. */
export interface LeaseOptions {
  readonly whenBusy: WhenBusy;
  /** Maximum time to wait for the other writer, in milliseconds. */
  readonly maxWait: number;
  /** Time until an unrenewed lease expires, in milliseconds. */
  readonly leaseTime: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ids: () => string;
}

/** Limits of the wait for a lease. */
interface Waiting {
  /** Time until which to wait. */
  readonly until: number;
  /** Signal that ends the wait. Default: none. */
  readonly signal?: AbortSignal;
  /** Called after each claim that another writer's lease refused. Default: not called. */
  readonly onBusy?: () => void;
  /** Called before each claim. Default: not called. */
  readonly beforeClaim?: (() => Promise<void>) | undefined;
}

/** Mean delay between two looks at a lease that another writer holds, in milliseconds. */
export const POLL_DELAY = 50;

/**
 * Lease that renews itself until it is released, however long a tool takes. Its
 * signal aborts when the lease is lost.
 */
export class SessionLease {
  readonly #store: Store;
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  #cancel: (() => void) | undefined;

  private constructor(
    store: Store,
    options: LeaseOptions,
    /** Lease as the store issued it. */
    readonly lease: Lease,
  ) {
    this.#store = store;
    this.#options = options;
    this.#scheduleRenewal();
  }

  /**
   * Acquires the lease of a session. If another writer holds it, follows `whenBusy`, at most
   * until the time `until`. Returns undefined if the signal aborted while it waited.
   *
   * @throws {SessionBusyError} if another writer keeps it.
   */
  static async acquire(
    store: Store,
    id: string,
    options: LeaseOptions,
    { until, signal, onBusy, beforeClaim }: Waiting,
  ): Promise<SessionLease | undefined> {
    const { whenBusy, leaseTime, clock, random } = options;
    const owner = options.ids();
    for (;;) {
      const force = whenBusy === "interrupt";
      await beforeClaim?.();
      const lease = await store.claim(id, { owner, ttl: leaseTime, force });
      if (lease !== undefined) return new SessionLease(store, options, lease);
      onBusy?.();
      if (whenBusy === "refuse") {
        throw makeBusyError(
          id,
          "another writer holds its lease: expected its turn to have ended; pass " +
            'whenBusy: "wait" to wait for it',
        );
      }
      if (clock.now() >= until) {
        throw makeTimeoutError(id, "another writer holds its lease and", options);
      }
      const delay = Math.min(POLL_DELAY * (0.5 + random()), until - clock.now());
      await wait(clock, delay, signal).catch(() => {});
      if (signal?.aborted) return undefined;
    }
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
    const isKept = await this.#store.renew(this.lease, this.#options.leaseTime);
    if (!isKept) this.markLost(makeLeaseLostError(this.lease.id));
    this.lost.throwIfAborted();
  }

  /** Marks the lease as lost: stops renewing it and aborts the signal. */
  markLost(reason: LeaseLostError): void {
    this.#stop();
    this.#lost.abort(reason);
  }

  /**
   * Releases the lease, even if it was marked as lost, because the store may still hold it.
   * A failure of the store is ignored: the lease expires by itself.
   */
  async release(): Promise<void> {
    this.#stop();
    await this.#store.release(this.lease).catch((error) => {
      if (!(error instanceof StoreError)) throw error;
    });
  }

  #stop(): void {
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

/** Makes the error of a turn that may not begin. */
export function makeBusyError(id: string, reason: string): SessionBusyError {
  return new SessionBusyError(`Cannot start a turn of session ${quote(id)}: ${reason}`);
}

/** Makes the error of a turn that waited for `maxWait`; `reason` says for what. */
export function makeTimeoutError(
  id: string,
  reason: string,
  { maxWait }: LeaseOptions,
): SessionBusyError {
  return makeBusyError(
    id,
    `${reason} kept it for ${maxWait} ms: expected its turn to end; raise maxWait, or pass ` +
      'whenBusy: "interrupt" to take the lease over',
  );
}

/** Makes the error of a session whose lease was lost during a turn. */
export function makeLeaseLostError(id: string, options?: ErrorOptions): LeaseLostError {
  return new LeaseLostError(
    `Cannot continue session ${quote(id)}: its lease was lost, because another writer ` +
      "took it over or the session was deleted: expected to stay its only writer; what was " +
      "committed is kept; start a new turn to continue from there",
    options,
  );
}
