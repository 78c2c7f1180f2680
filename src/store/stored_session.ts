/**
 * Sessions and their entries, as a store keeps them.
 *
 * @module
 */

/** Initial properties of a session or child. */
export interface NewSession {
  /** Metadata of the session, as JSON text. The store returns it unchanged. */
  readonly meta: string;
  /** Seed of the hash chain: stands for the hash of the last entry while there is none. */
  readonly hash: string;
  /** Labels of the session; not for a child. Default: none. */
  readonly labels?: readonly string[];
}

/** Stored session or child without its entries. */
export interface StoredSession {
  /** Id of the session or child. */
  readonly id: string;
  /** Metadata that the session was created with. */
  readonly meta: string;
  /** Number of entries, which is the sequence number of the next one. */
  readonly head: number;
  /** Hash of the last entry, or the seed if there is none. */
  readonly hash: string;
  /** Latest snapshot, if there is one. It may be older than the last entry. */
  readonly snapshot?: StoredSnapshot;
  /** Labels of the session, sorted; absent if it has none. */
  readonly labels?: readonly string[];
  /** Lease that was not released; undefined if there is none, and for children. */
  readonly lease?: LeaseState;
  /** Time of creation by the store's clock, in milliseconds since 1970. */
  readonly createdAt: number;
  /** Time of the last append, or else of creation, in milliseconds since 1970. */
  readonly updatedAt: number;
}

/** Stored fold of the entries before `head`, so that opening a session need not read them. */
export interface StoredSnapshot {
  /** Number of entries that the snapshot covers. */
  readonly head: number;
  /** Hash of the last entry that the snapshot covers. */
  readonly hash: string;
  /** Content, as JSON text. */
  readonly body: string;
}

/** One entry of a session. */
export interface StoredEntry {
  /** Sequence number, from 0 without gaps. */
  readonly seq: number;
  /** Content, as JSON text without characters that a database would change. */
  readonly body: string;
  /**
   * Hash of the previous entry's hash and the body, in hexadecimal. The store does not
   * verify it.
   */
  readonly hash: string;
}

/** Lease as the store keeps it. If it has expired, its writer is dead or was stopped. */
export interface LeaseState {
  /** Name of the writer. */
  readonly owner: string;
  /** Fencing token of the lease. */
  readonly epoch: number;
  /**
   * Time at which the lease expires by the store's clock, in milliseconds since 1970; 0 if its
   * owner is certainly dead.
   */
  readonly until: number;
}

/** Returns true if a lease has not expired. */
export function isLive(lease: Pick<LeaseState, "until"> | undefined, now: number): boolean {
  return lease !== undefined && lease.until > now;
}

/** Longest lease, in milliseconds, so that every end of a lease is a date. */
export const MAX_TTL: number = 2 ** 31 - 1;

/** Bytes that entries refer to by their hash. */
export interface StoredBlob {
  /** SHA-256 of the bytes, as 64 hexadecimal digits. */
  readonly hash: string;
  /** The bytes. */
  readonly data: Uint8Array;
}
