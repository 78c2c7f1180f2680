/**
 * The right to write a session, for as long as a turn takes.
 *
 * @module
 */
import { type Clock, wait } from "../clock.ts";
import { SessionBusyError } from "../errors.ts";
import type { Lease, Store } from "./store.ts";
import { LeaseLostError, StoreError } from "./store_errors.ts";

/** What a turn does while somebody else writes the session. */
export type WhenBusy = "refuse" | "wait" | "interrupt";

/** How leases are taken. */
export interface LeaseOptions {
  readonly whenBusy: WhenBusy;
  /** How long to wait for the other writer, in milliseconds. */
  readonly maxWait: number;
  /** How long a lease lasts unless it is renewed, in milliseconds. */
  readonly leaseTime: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ids: () => string;
}

/** How often a writer looks whether the other one is done, in milliseconds. */
const POLL = 50;

/**
 * A lease that is renewed by itself, however long a tool takes, until it is given
 * back. When it is lost its signal aborts.
 */
export class SessionLease {
  readonly #store: Store;
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  #cancel: (() => void) | undefined;

  private constructor(
    store: Store,
    options: LeaseOptions,
    /** The lease, for the store. */
    readonly lease: Lease,
  ) {
    this.#store = store;
    this.#options = options;
    this.#plan();
  }

  /**
   * Takes the lease, by the policy for a busy session.
   *
   * @throws {SessionBusyError} if somebody else has it and keeps it.
   */
  static async take(
    store: Store,
    id: string,
    options: LeaseOptions,
    signal: AbortSignal | undefined,
  ): Promise<SessionLease> {
    const { whenBusy, maxWait, leaseTime, clock, random } = options;
    const owner = options.ids();
    const until = clock.now() + maxWait;
    for (;;) {
      const force = whenBusy === "interrupt";
      const lease = await store.claim(id, { owner, ttl: leaseTime, force });
      if (lease !== undefined) return new SessionLease(store, options, lease);
      if (whenBusy === "refuse" || clock.now() >= until) {
        throw new SessionBusyError(
          `Cannot begin a turn of session ${JSON.stringify(id)}: another writer has it` +
            (whenBusy === "wait" ? `, and had it for ${maxWait} ms` : "") +
            ": expected its turn to end",
        );
      }
      await wait(clock, POLL * (0.5 + random()), signal);
    }
  }

  /** Aborts when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Makes sure that the lease is held.
   *
   * @throws {LeaseLostError} if it is another's.
   */
  async confirm(): Promise<void> {
    const isKept = await this.#store.renew(this.lease, this.#options.leaseTime);
    if (!isKept) this.lose(leaseLost(this.lease.id));
    this.lost.throwIfAborted();
  }

  /** The lease is another's: nothing can be written any more. */
  lose(reason: LeaseLostError): void {
    this.#stop();
    this.#lost.abort(reason);
  }

  /**
   * Gives the lease back, one too that is taken for lost: the store may think otherwise.
   * That the store fails now changes nothing: the lease runs out by itself.
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

  #plan(): void {
    const { clock, leaseTime } = this.#options;
    this.#cancel = clock.setTimer(leaseTime / 3, () => {
      this.#renew().catch((error) => this.lose(error));
    });
  }

  async #renew(): Promise<void> {
    const isKept = await this.#store.renew(this.lease, this.#options.leaseTime).catch((error) => {
      // It may be kept all the same: the next attempt tells, and so does the next write.
      if (error instanceof StoreError) return true;
      throw error;
    });
    if (this.#cancel === undefined) return;
    if (isKept) this.#plan();
    else this.lose(leaseLost(this.lease.id));
  }
}

/** The error of a session that somebody else has taken over. */
export function leaseLost(id: string, options?: ErrorOptions): LeaseLostError {
  return new LeaseLostError(
    `Cannot go on with session ${JSON.stringify(id)}: another writer has taken it over: ` +
      "expected to be the only one; what was committed stays, and is the other's to go on with",
    options,
  );
}
