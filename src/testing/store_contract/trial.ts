/**
 * Trial of a store: the store and the sessions of one running check.
 *
 * @module
 */
import type { Lease, Store, StoredEntry, StoredSession } from "../../store/store.ts";
import { expectDefined, expectTrue } from "./expectations.ts";

/** Options of `storeContract()`. */
export interface StoreContractOptions {
  /**
   * Advances the clock of the store, in milliseconds. Default: checks wait until
   * short leases expire, and checks of exact times are omitted.
   */
  readonly advance?: (ms: number) => void | Promise<void>;
  /**
   * Opens the data of a closed store again. Default: checks of durability are
   * omitted.
   */
  readonly reopen?: (closed: Store) => Store | Promise<Store>;
  /**
   * Returns the prefix of the session ids of one check: well-formed text of at most
   * 60 characters with which no other id in the store starts. Default: a random
   * UUID and a slash.
   */
  readonly ids?: () => string;
}

/** Checks by name. Each throws if the store violates the contract. */
export type ContractChecks = Readonly<Record<string, (trial: Trial) => Promise<void>>>;

/** A session and its lease. */
export interface LeasedSession {
  /** Id of the session. */
  readonly id: string;
  /** Lease of the session. */
  readonly lease: Lease;
}

/** Hash of a session without entries. */
export const FIRST_HASH = "00";
/** Time to live of a lease that outlives any check, in milliseconds. */
export const LONG_TTL = 3_600_000;
/** Maximum time to wait until a short lease expires, in milliseconds. */
const EXPIRY_TIMEOUT = 30_000;

/** The store and the sessions of one running check. */
export class Trial {
  /** Store of the check. `reopen()` replaces it. */
  store: Store;
  /** Prefix of all ids of this check, different from those of other checks. */
  readonly prefix: string;
  readonly #options: StoreContractOptions;
  readonly #ids = new Set<string>();
  #names = 0;
  #hasEnded = false;

  /** Starts a trial of an open store. */
  constructor(store: Store, prefix: string, options: StoreContractOptions) {
    this.store = store;
    this.prefix = prefix;
    this.#options = options;
  }

  /** Returns an id with the prefix; its session is deleted at the end. Default: a new id. */
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

  /** Claims a session, which must be free unless `force` is true. */
  async claim(id: string, ttl: number = LONG_TTL, force = false): Promise<Lease> {
    return expectDefined(await this.tryClaim(id, ttl, force), "claim() of a free session");
  }

  /** Claims a session for a new owner; undefined if another owner holds the lease. */
  tryClaim(id: string, ttl: number = LONG_TTL, force = false): Promise<Lease | undefined> {
    const owner = `${this.prefix}owner-${++this.#names}`;
    return this.store.claim(id, { owner, ttl, ...(force && { force }) });
  }

  /** Claims a session even if another owner holds the lease. */
  force(id: string, ttl: number = LONG_TTL): Promise<Lease> {
    return this.claim(id, ttl, true);
  }

  /** Creates a session and claims it. */
  async lease(ttl: number = LONG_TTL): Promise<LeasedSession> {
    const id = await this.create();
    return { id, lease: await this.claim(id, ttl) };
  }

  /** Appends generated entries at a head. */
  append(lease: Lease, head: number, count = 1, snapshot?: string): Promise<void> {
    const entries = entriesFrom(head, count);
    return this.store.append(lease, { head, entries, ...(snapshot !== undefined && { snapshot }) });
  }

  /** Reads a session that must exist. */
  async read(id: string): Promise<StoredSession> {
    return expectDefined(await this.store.read(id), "read() of a created session");
  }

  /** Reads all entries of a session. */
  entries(id: string): Promise<readonly StoredEntry[]> {
    return this.store.entries(id, { from: 0, limit: 100_000 });
  }

  /** Advances the clock of the store, if the option `advance` is set. */
  async advance(ms: number): Promise<void> {
    await this.#options.advance?.(ms);
  }

  /**
   * Waits until leases claimed before with `ttl` have expired. Without the option
   * `advance`, it waits until a new lease with that `ttl` can be claimed again.
   */
  async waitForExpiry(ttl: number): Promise<void> {
    if (this.#options.advance !== undefined) return this.advance(ttl);
    const { id } = await this.lease(ttl);
    const deadline = Date.now() + EXPIRY_TIMEOUT;
    while (await this.tryClaim(id) === undefined) {
      expectTrue(
        Date.now() < deadline,
        `A lease with ttl ${ttl} ms did not expire in ${EXPIRY_TIMEOUT} ms: expected it to`,
      );
    }
  }

  /** Closes the store and opens it again. */
  async reopen(): Promise<void> {
    await this.store.close();
    // If it cannot be opened again, there is nothing to clean up.
    this.#hasEnded = true;
    this.store = expectDefined(await this.#options.reopen?.(this.store), 'The option "reopen"');
    this.#hasEnded = false;
  }

  /** Deletes the sessions of the check and closes the store. Further calls do nothing. */
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

/** Generates entries with sequence numbers from `head` on. */
export function entriesFrom(head: number, count: number, text = ""): StoredEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = head + index;
    return { seq, body: JSON.stringify({ seq, text }), hash: hashOf(seq, text) };
  });
}

/** Generates a text that looks like a hash. Stores must not interpret it. */
export function hashOf(seq: number, text = ""): string {
  return `${(seq + 1).toString(16)}${text.length.toString(16)}`.padStart(64, "0");
}
