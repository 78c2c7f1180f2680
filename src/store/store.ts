/**
 * Contract between sessions and the store of their logs.
 *
 * @module
 */
import type { PendingApproval } from "../history/call.ts";
import type { ExpireOptions, ListPage, RestingStatus, SessionList } from "./session_list.ts";
import type { NewSession, StoredBlob, StoredEntry, StoredSession } from "./stored_session.ts";

export type {
  ExpireOptions,
  ListedSession,
  ListPage,
  RestingStatus,
  SessionList,
} from "./session_list.ts";
export type {
  LeaseState,
  NewSession,
  StoredBlob,
  StoredEntry,
  StoredSession,
  StoredSnapshot,
} from "./stored_session.ts";

/**
 * Stores the logs of sessions. A store knows nothing of agents. It keeps entries in order, leases
 * each session to one writer at a time, and rejects all other writers. It finds sessions by their
 * labels, and by the status and the time of their last append.
 *
 * Every method rejects with a {@linkcode StoreError} if the storage fails, with
 * a {@linkcode ConfigError} if an argument is invalid, and otherwise only with the
 * errors that it documents. A write is durable once its promise resolves: it survives
 * the death of the process. A method that rejects has changed nothing, unless the
 * error has `isUnknown`.
 *
 * Test your own stores with the suite `storeContract()` of `@nomos/agent/testing`.
 */
export interface Store {
  /** Kind of store, used in messages, for example `"sqlite"`. */
  readonly name: string;

  /**
   * Prefix of the lease owners of this process, if the store can detect that a process died. A
   * lease whose owner begins with the prefix of a dead process can be claimed at once.
   */
  readonly ownerPrefix?: string;

  /**
   * Creates a session without entries. Its id has 1 to 1,000 UTF-16 code units, is
   * well-formed and contains no NUL. The other methods accept any string as an id,
   * and find no session for one that `create()` rejects.
   *
   * @throws {ConflictError} if a session with this id exists.
   */
  create(id: string, session: NewSession): Promise<void>;

  /**
   * Creates a child of a session, without entries. A child has no lease of its own: the lease
   * of its session covers all its children. Its id has the same form as in `create()`, and is
   * unique within its session; no session id finds a child, and `list()` does not list it.
   *
   * @throws {LeaseLostError} if the lease of the session is lost.
   * @throws {ConflictError} if the session has a child with this id.
   */
  createChild(lease: Lease, child: string, session: NewSession): Promise<void>;

  /**
   * Reads a session, or the child of it with the id `child`, without its entries. Returns
   * undefined if it does not exist.
   */
  read(id: string, child?: string): Promise<StoredSession | undefined>;

  /**
   * Reads at most `limit` entries of a session or of a child of it in order, starting at
   * sequence number `from`. Returns an empty list beyond the last entry or if there is no
   * such session or child.
   */
  entries(id: string, range: EntryRange): Promise<readonly StoredEntry[]>;

  /**
   * Reads a blob that was appended to a session or to a child of it. Returns undefined if none was,
   * even if another session has it. Optional: without it, entries contain their bytes as base64,
   * and no append has blobs.
   */
  readBlob?(id: string, hash: string): Promise<Uint8Array | undefined>;

  /**
   * Claims the lease of a session for `ttl` milliseconds by the store's clock. Returns
   * undefined while another writer holds an unexpired lease, unless `force` is true.
   * The new lease has a higher epoch than every earlier one and replaces it. A claim by the
   * owner of the current lease renews that lease, so a claim whose reply was lost can be repeated.
   *
   * A claim may bring entries: they are appended with it, all or none, if the session has the
   * expected head and hash. Otherwise, the session is claimed without them.
   *
   * @throws {ConflictError} if there is no such session.
   */
  claim(id: string, claim: LeaseClaim): Promise<ClaimedLease | undefined>;

  /**
   * Extends a lease to `ttl` milliseconds from now. An expired lease can be renewed
   * until another writer claims it. Returns false if the lease is lost; it stays lost.
   */
  renew(lease: Lease, ttl: number): Promise<boolean>;

  /** Releases a lease. Does nothing if the lease is lost already. */
  release(lease: Lease): Promise<void>;

  /**
   * Appends entries to a session or to a child of it at the expected head, all or none, and
   * releases the lease with them if `release` is true. An expired lease still allows writing
   * until another writer claims it.
   *
   * @throws {LeaseLostError} if the lease is lost: it was released, another writer
   *   claimed it, or the session was deleted.
   * @throws {ConflictError} if the lease is current but the head differs, or there is no
   *   such child.
   */
  append(lease: Lease, appended: Append): Promise<void>;

  /**
   * Requests the writer whose lease has this epoch to stop its turn. Returns false if that lease
   * is not current. Optional, together with `listStops`: without them, `session.interrupt()`
   * cannot stop a turn of another process.
   */
  requestStop?(id: string, epoch: number): Promise<boolean>;

  /** Lists the epochs of the leases whose writers were requested to stop. */
  listStops?(): Promise<readonly number[]>;

  /**
   * Lists sessions, without children, in the order of their ids, one page at a time.
   *
   * The status of a session is that of its last append, unless its lease is live: then it is
   * `running`. If the last append had none, or an older release wrote it, the log is read.
   */
  list(page?: ListPage): Promise<SessionList>;

  /**
   * Replaces the labels of a session. Does nothing if there is no such session. A label has 1 to
   * 100 UTF-16 code units, is well-formed and contains no NUL; a session has at most 16.
   */
  setLabels(id: string, labels: readonly string[]): Promise<void>;

  /**
   * Deletes sessions by age, as `delete()` does, in batches. Each is deleted only if it still
   * matches, and its lease is not live. Returns the number of deleted sessions.
   */
  expire(options: ExpireOptions): Promise<number>;

  /**
   * Deletes a session with its entries, children and the blobs that no other session uses, all
   * or none, even if another writer holds its lease. Returns false if there is no such session.
   */
  delete(id: string): Promise<boolean>;

  /**
   * Closes the store. Calls in progress may finish or reject. Afterwards, every other
   * method rejects with a {@linkcode StoreError}; closing again does nothing.
   */
  close(): Promise<void>;

  /** Closes the store: `await using store = await openStore(url)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Store of this package, which can verify what it contains. */
export interface VerifiableStore extends Store {
  /**
   * Verifies all entries of a session and its snapshot, without an agent; not the sessions of the
   * agents that it called. Finds accidents, not changes by somebody who can compute the hashes.
   *
   * @throws {SessionDamagedError} that names the first damage.
   * @throws {StateError} if a newer release wrote the session.
   * @throws {ConflictError} if there is no such session.
   */
  verify(id: string): Promise<void>;
}

/** Range of entries to read. */
export interface EntryRange {
  /** Id of the child to read. Default: the session itself. */
  readonly child?: string | undefined;
  /** Sequence number of the first entry, from 0. */
  readonly from: number;
  /** Maximum number of entries, from 1. */
  readonly limit: number;
}

/** Request for a lease. */
export interface LeaseClaim {
  /** Unique name of the writer, the same only if a claim is repeated. */
  readonly owner: string;
  /** Time until the lease expires unless it is renewed, in milliseconds: 1 to 2 ** 31 - 1, whole. */
  readonly ttl: number;
  /** If true, replaces the lease of another writer at once. Default: false. */
  readonly force?: boolean;
  /** Entries of the session to append with the claim. Default: none. */
  readonly append?: ClaimAppend;
}

/** Right of one writer to append to a session and its children. */
export interface Lease {
  /** Id of the session. */
  readonly id: string;
  /** Name of the writer. */
  readonly owner: string;
  /** Fencing token: higher than that of every earlier lease, whose writers are rejected. */
  readonly epoch: number;
}

/** Lease that was just claimed. */
export interface ClaimedLease extends Lease {
  /**
   * Session as it was before the claim. If it has a lease, its writer did not release it. The
   * entries of the claim were appended if its `head` and `hash` were the expected ones.
   */
  readonly session: Omit<StoredSession, "snapshot">;
}

/** Entries to append, with an optional new snapshot. */
export interface Append {
  /** Id of the child to append to. Default: the session itself. */
  readonly child?: string | undefined;
  /** Expected head, which is the sequence number of the first appended entry. */
  readonly head: number;
  /** Entries to append, at least one, numbered from `head` without gaps. */
  readonly entries: readonly StoredEntry[];
  /**
   * Blobs to which the entries refer, stored with them. A blob that other sessions have is
   * stored once. Default: none.
   */
  readonly blobs?: readonly StoredBlob[];
  /**
   * New snapshot, as JSON text, that covers these entries and all before. Default: keep the
   * old one.
   */
  readonly snapshot?: string;
  /** If true, releases the lease with the append. Not for a child. Default: false. */
  readonly release?: boolean;
  /**
   * Status of the session after these entries, for lists; not for a child. Default: lists read
   * it from the log.
   */
  readonly status?: RestingStatus;
  /** Calls of the session that wait for a person after these entries. Default: none. */
  readonly approvals?: readonly PendingApproval[];
}

/** Entries to append with a claim. */
export interface ClaimAppend extends Omit<Append, "child" | "release"> {
  /**
   * Expected hash of the session. A session that was deleted and made again may have the expected
   * head, but not this hash.
   */
  readonly hash: string;
}
