/**
 * One check of the contract while it runs: its store and the sessions it made.
 *
 * @module
 */
import type { Lease, Store, StoredEntry, StoredSession } from "../../store/store.ts";
import { expectTrue } from "./expectations.ts";

/** Options of `storeContract()`. */
export interface StoreContractOptions {
  /**
   * Lets the clock of the store go on by so many milliseconds. Default: leases of
   * a few milliseconds are claimed until they have run out, and what needs an
   * exact time is not checked.
   */
  readonly advance?: (ms: number) => void | Promise<void>;
  /**
   * Opens again what a closed store has kept. Default: what must outlive a store
   * is not checked.
   */
  readonly reopen?: (closed: Store) => Store | Promise<Store>;
  /**
   * Gives what the ids of a check begin with: well-formed text of at most 60
   * characters that no session in the store begins with. Default: a random UUID.
   */
  readonly ids?: () => string;
}

/** Checks by their names: each fails if the store does not keep the contract. */
export type ContractChecks = Readonly<Record<string, (trial: Trial) => Promise<void>>>;

/** A session and the right to write it. */
export interface LeasedSession {
  /** The session. */
  readonly id: string;
  /** The lease. */
  readonly lease: Lease;
}

/** What stands in the place of the hash before the first entry. */
export const FIRST_HASH = "00";
/** A time, in milliseconds, in which no check can end. */
export const LONG = 3_600_000;
/** How long to wait for a clock that goes by itself, in milliseconds. */
const PATIENCE = 30_000;

/** One check while it runs. */
export class Trial {
  /** The store; another one after it was opened again. */
  store: Store;
  /** What all its ids begin with, and those of no other check. */
  readonly prefix: string;
  readonly #options: StoreContractOptions;
  readonly #ids = new Set<string>();
  #names = 0;
  #hasEnded = false;

  /** Begins a check. */
  constructor(store: Store, prefix: string, options: StoreContractOptions) {
    this.store = store;
    this.prefix = prefix;
    this.#options = options;
  }

  /** An id that is deleted at the end. Default: one that was not there before. */
  id(rest: string = `${++this.#names}`): string {
    const id = this.prefix + rest;
    this.#ids.add(id);
    return id;
  }

  /** Creates a session. */
  async create(id: string = this.id(), meta = "{}"): Promise<string> {
    await this.store.create(id, { meta, hash: FIRST_HASH });
    return id;
  }

  /** Claims a session that must be free, or takes it from whoever has it. */
  async claim(id: string, ttl: number = LONG, force = false): Promise<Lease> {
    const lease = await this.tryClaim(id, ttl, force);
    expectTrue(lease !== undefined, "claim() gave no lease of a session that nobody writes");
    return lease;
  }

  /** Claims a session by a name of its own. */
  tryClaim(id: string, ttl: number = LONG, force = false): Promise<Lease | undefined> {
    const owner = `${this.prefix}owner-${++this.#names}`;
    return this.store.claim(id, { owner, ttl, ...(force && { force }) });
  }

  /** Takes a session from whoever has it. */
  force(id: string, ttl: number = LONG): Promise<Lease> {
    return this.claim(id, ttl, true);
  }

  /** Creates a session and claims it. */
  async leased(ttl: number = LONG): Promise<LeasedSession> {
    const id = await this.create();
    return { id, lease: await this.claim(id, ttl) };
  }

  /** Appends entries at a head. */
  append(lease: Lease, head: number, count = 1, snapshot?: string): Promise<void> {
    const entries = entriesFrom(head, count);
    return this.store.append(lease, { head, entries, ...(snapshot !== undefined && { snapshot }) });
  }

  /** A session that must be there. */
  async read(id: string): Promise<StoredSession> {
    const session = await this.store.read(id);
    expectTrue(session !== undefined, "read() gave undefined for a session that was created");
    return session;
  }

  /** Every entry of a session. */
  entries(id: string): Promise<readonly StoredEntry[]> {
    return this.store.entries(id, { from: 0, limit: 100_000 });
  }

  /** Lets the clock go on. */
  async advance(ms: number): Promise<void> {
    await this.#options.advance?.(ms);
  }

  /**
   * Waits until leases of `ttl` that were claimed before have run out. Where the
   * clock goes by itself, that is when one claimed now can be claimed again.
   */
  async runOut(ttl: number): Promise<void> {
    if (this.#options.advance !== undefined) return this.advance(ttl);
    const { id } = await this.leased(ttl);
    const deadline = Date.now() + PATIENCE;
    while (await this.tryClaim(id) === undefined) {
      expectTrue(Date.now() < deadline, `a lease of ${ttl} ms did not run out in ${PATIENCE} ms`);
    }
  }

  /** Closes the store and opens it again. */
  async reopen(): Promise<void> {
    await this.store.close();
    // Should it not open again, there is nothing to clean.
    this.#hasEnded = true;
    const store = await this.#options.reopen?.(this.store);
    expectTrue(store !== undefined, "the option `reopen` gave no store");
    this.store = store;
    this.#hasEnded = false;
  }

  /** Deletes what the check made, and closes the store; once. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      await Promise.all([...this.#ids].map((id) => this.store.delete(id)));
    } finally {
      await this.store.close();
    }
  }
}

/** Entries with sequence numbers from `head` on. */
export function entriesFrom(head: number, count: number, text = ""): StoredEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = head + index;
    return { seq, body: JSON.stringify({ seq, text }), hash: hashOf(seq, text) };
  });
}

/** Something like a hash: the store must not look into it. */
export function hashOf(seq: number, text = ""): string {
  return `${(seq + 1).toString(16)}${text.length.toString(16)}`.padStart(64, "0");
}
