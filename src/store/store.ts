/**
 * The contract between sessions and the place where their logs live.
 *
 * @module
 */

/**
 * Keeps the logs of sessions. A store knows nothing of agents: it keeps entries
 * in order, gives one writer at a time a lease, and lets nobody else write.
 *
 * Every method rejects with a {@linkcode StoreError} if the storage fails, with
 * a {@linkcode ConfigError} if it is given what its documentation rules out, and
 * with nothing but the errors it names otherwise. What a method has resolved is
 * durable: it survives the death of the process. A method that rejects has
 * changed nothing, unless the error says that its outcome is unknown.
 *
 * Third parties write stores too: `storeContract()` of the test kit is a suite
 * that each of them must pass.
 */
export interface Store {
  /** What kind of store it is, for messages, for example `"sqlite"`. */
  readonly name: string;

  /**
   * Creates a session without entries. Its id is text of 1 to 1,000 UTF-16 code
   * units, well-formed and without NUL. Other methods take any text: where no
   * session can have such an id, there is none.
   *
   * @throws {ConflictError} if there is one of that id.
   */
  create(id: string, session: NewSession): Promise<void>;

  /** A session without its entries; undefined if there is none. */
  read(id: string): Promise<StoredSession | undefined>;

  /**
   * Entries of a session in order, from the one with the sequence number `from`,
   * at most `limit` of them; empty beyond the last, and where there is no session.
   */
  entries(id: string, range: EntryRange): Promise<readonly StoredEntry[]>;

  /**
   * Gives the right to write a session for `ttl` milliseconds of the store's
   * clock; undefined while somebody else has it. A new lease has a higher epoch
   * than any before, and ends those. `force` ends the lease of another at once.
   *
   * @throws {ConflictError} if there is no such session.
   */
  claim(id: string, claim: LeaseClaim): Promise<Lease | undefined>;

  /**
   * Makes a lease last `ttl` milliseconds from now, one too that ran out but that
   * nobody else has claimed; false if it is lost, which it stays.
   */
  renew(lease: Lease, ttl: number): Promise<boolean>;

  /** Gives a lease back. One that is lost already is no error. */
  release(lease: Lease): Promise<void>;

  /**
   * Appends entries at the head that the writer expects: all or none.
   *
   * @throws {LeaseLostError} if the lease is not the session's any more: another
   *   writer has it, it was given back, or the session was deleted. A lease that
   *   ran out but that nobody else has claimed still holds.
   * @throws {ConflictError} if the lease holds, but the head is another one.
   */
  append(lease: Lease, appended: Append): Promise<void>;

  /** Sessions in the order of their ids, a page at a time. */
  list(page?: ListPage): Promise<SessionList>;

  /** Deletes a session with its entries, whoever writes it; false if there is none. */
  delete(id: string): Promise<boolean>;

  /**
   * Ends the use of the store. What is running may be finished or rejected;
   * nothing resolved is lost. Every other method rejects with a
   * {@linkcode StoreError} from then on; closing again does nothing.
   */
  close(): Promise<void>;
}

/** A session that is created. */
export interface NewSession {
  /** What belongs to the session from its beginning, as JSON text. It is kept as it is. */
  readonly meta: string;
  /** What stands in the place of the hash of an entry before the first. */
  readonly hash: string;
}

/** What a store knows of a session beside its entries. */
export interface StoredSession {
  /** The session. */
  readonly id: string;
  /** As it was created with. */
  readonly meta: string;
  /** How many entries it has: the sequence number of the next one. */
  readonly head: number;
  /** The hash of its last entry. */
  readonly hash: string;
  /** The last snapshot, if there was one: an append without one keeps it. */
  readonly snapshot?: StoredSnapshot;
  /** When it was created, in milliseconds since 1970 by the store's clock. */
  readonly createdAt: number;
  /** When it was last appended to, or else created. */
  readonly updatedAt: number;
}

/** What follows from the entries before `head`, so that they need not be read. */
export interface StoredSnapshot {
  /** How many entries it stands for. */
  readonly head: number;
  /** The hash of the last of them. */
  readonly hash: string;
  /** What follows from them, as JSON text. */
  readonly body: string;
}

/** One entry of a session. */
export interface StoredEntry {
  /** Its place, from 0 without gaps. */
  readonly seq: number;
  /** The entry, as JSON text: it has no characters that a database would change. */
  readonly body: string;
  /** The hash of the entry before it together with the body, in hexadecimal. The store keeps it unread. */
  readonly hash: string;
}

/** Which entries to read. */
export interface EntryRange {
  /** The sequence number of the first, from 0. */
  readonly from: number;
  /** How many at most, from 1. */
  readonly limit: number;
}

/** Who wants to write. */
export interface LeaseClaim {
  /** A name that nobody else has, new for each claim. */
  readonly owner: string;
  /** How long the lease lasts: whole milliseconds, from 1. */
  readonly ttl: number;
  /** Whether to take it from whoever has it. Default: false. */
  readonly force?: boolean;
}

/** The right to write a session. */
export interface Lease {
  /** The session. */
  readonly id: string;
  /** Who has it. */
  readonly owner: string;
  /** Higher than that of every lease before: an older one cannot write. */
  readonly epoch: number;
}

/** Entries that are appended. */
export interface Append {
  /** The head that the writer expects: the sequence number of the first entry. */
  readonly head: number;
  /** The entries, at least one, numbered from `head` on without gaps. */
  readonly entries: readonly StoredEntry[];
  /** What follows from all entries, these included, as JSON text: the new snapshot. Default: none. */
  readonly snapshot?: string;
}

/** Which part of a list to read. */
export interface ListPage {
  /** Only ids that begin so. Default: all. */
  readonly prefix?: string;
  /** Only ids behind this one: the last of the page before. Default: from the first. */
  readonly after?: string;
  /** How many at most, from 1 to 1,000. Default: 100. */
  readonly limit?: number;
}

/** One page of the sessions of a store. Ids are compared by their UTF-16 code units, as `<` does. */
export interface SessionList {
  /** The sessions. */
  readonly sessions: readonly Omit<StoredSession, "snapshot">[];
  /** What to give as `after` for the next page; absent on the last one. */
  readonly next?: string;
}
