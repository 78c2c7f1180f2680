/**
 * The log of a session that lives in a store.
 *
 * @module
 */
import { wait } from "../clock.ts";
import type { DurableLog } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { Log } from "../history/log.ts";
import { Position } from "../history/position.ts";
import { bodyOf, eventOf } from "./entry_body.ts";
import { checkChain, damaged, type Link, nextHash } from "./hash_chain.ts";
import { leaseLost, type LeaseOptions, SessionLease } from "./session_lease.ts";
import type { Store, StoredEntry, StoredSession } from "./store.ts";
import { ConflictError, LeaseLostError, StoreError } from "./store_errors.ts";
import { findOrCreate } from "./stored_session.ts";

/** How many entries are read at once. */
const PAGE = 1_000;

/** After so many events a new snapshot is written with them. */
const SNAPSHOT_EVERY = 64;

/** How often a write is tried again that certainly did not happen, and how long to wait before. */
const RETRIES = 3;
const RETRY_DELAY = 100;

/** Keeps a log and the store's session the same. */
export class StoredLog implements DurableLog {
  /** The log, as far as it is known here. */
  readonly log: Log;
  readonly #store: Store;
  readonly #id: string;
  readonly #options: LeaseOptions;
  readonly #start: string;
  readonly #first: Link;
  /** Where the session ends, as far as it is known here. */
  #end: Link;
  /** Where the part begins that was read; all before follows from a snapshot. */
  #from: Link;
  #snapshotHead: number;
  #lease: SessionLease | undefined;
  /** Why it is not known where the session ends, once an answer was lost for good. */
  #doubt: StoreError | undefined;

  private constructor(
    store: Store,
    id: string,
    first: Link,
    start: string,
    options: LeaseOptions,
    position: Position,
    from: Link,
  ) {
    this.#store = store;
    this.#id = id;
    this.#first = first;
    this.#start = start;
    this.#options = options;
    this.#from = from;
    this.#end = from;
    this.#snapshotHead = from.head;
    this.log = Log.behind(position, from.head, (events) => this.#commit(events));
  }

  /**
   * Opens a session, or creates it in the step `firstStep`; `caller` is whose call it is
   * the session of. What a snapshot stands for is not read before it is needed.
   *
   * @throws {SessionDamagedError} if what was read is not as it was written, and
   *   what {@linkcode findOrCreate} throws.
   */
  static async open(
    store: Store,
    id: string,
    firstStep: string,
    options: LeaseOptions,
    caller?: string,
  ): Promise<StoredLog> {
    const { stored, first, start } = await findOrCreate(store, id, firstStep, caller);
    const { snapshot } = stored;
    const position = snapshot && readSnapshot(id, start, snapshot.body);
    const log = snapshot === undefined || position === undefined
      ? new StoredLog(store, id, first, start, options, new Position(start), first)
      : new StoredLog(store, id, first, start, options, position, snapshot);
    await log.#catchUp(stored);
    return log;
  }

  /** Opens the session of a call. Whoever wrote it before does not write this one any more. */
  async openChild(id: string, start: string): Promise<DurableLog> {
    if (this.#lease === undefined) throw leaseLost(this.#id);
    await this.#lease.confirm();
    const options: LeaseOptions = { ...this.#options, whenBusy: "interrupt" };
    return await StoredLog.open(this.#store, id, start, options, this.#id);
  }

  /** Takes the right to write, and learns what others wrote; then all of the log is here. */
  async begin(signal: AbortSignal | undefined): Promise<AbortSignal> {
    const lease = await SessionLease.take(this.#store, this.#id, this.#options, signal);
    try {
      const session = await this.#store.read(this.#id);
      if (session === undefined) throw leaseLost(this.#id);
      await this.#catchUp(session);
      await this.load();
    } catch (error) {
      await lease.release();
      throw error;
    }
    this.#lease = lease;
    this.#doubt = undefined;
    return signal === undefined ? lease.lost : AbortSignal.any([signal, lease.lost]);
  }

  /** Gives the right to write back. */
  async end(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release();
    lease?.lost.throwIfAborted();
  }

  /** Reads what a snapshot stands for, and holds the snapshot to it. */
  async load(): Promise<void> {
    const { head, hash } = this.#from;
    if (this.log.isWhole) return;
    const past: SessionEvent[] = [];
    let link = this.#first;
    while (link.head < head) {
      const page = await this.#read(link, Math.min(PAGE, head - link.head));
      past.push(...page.events);
      link = page.link;
    }
    // A turn may have begun meanwhile, and read the same.
    if (this.log.isWhole) return;
    if (link.hash !== hash) throw damaged(this.#id, "its snapshot is of another log");
    const position = new Position(this.#start);
    for (const event of past) position.apply(event);
    for (const event of this.log.events) position.apply(event);
    if (position.snapshot() !== this.log.position.snapshot()) {
      throw damaged(this.#id, "its snapshot does not follow from its log");
    }
    this.log.fill(past);
  }

  /** Reads events, whether they are here or not. */
  async *events(from: number): AsyncGenerator<SessionEvent, void, void> {
    let at = from;
    while (at < this.#from.head && !this.log.isWhole) {
      const limit = Math.min(PAGE, this.#from.head - at);
      const entries = await this.#store.entries(this.#id, { from: at, limit });
      if (entries.length === 0) throw damaged(this.#id, `entry ${at} is missing`);
      for (const entry of entries) {
        if (entry.seq !== at) throw damaged(this.#id, `entry ${at} is missing`);
        yield eventOf(this.#id, entry);
        at++;
      }
    }
    for (; at < this.log.head; at++) yield this.log.at(at)!;
  }

  /** Reads what was appended since. */
  async #catchUp(session: StoredSession): Promise<void> {
    if (session.head < this.#end.head) {
      throw damaged(this.#id, `it ends at entry ${session.head}: expected ${this.#end.head}`);
    }
    while (this.#end.head < session.head) {
      const page = await this.#read(this.#end, Math.min(PAGE, session.head - this.#end.head));
      this.log.take(page.events);
      this.#end = page.link;
    }
    if (this.#end.hash !== session.hash) {
      throw damaged(this.#id, `entry ${session.head - 1} is not its last one`);
    }
  }

  async #read(
    link: Link,
    limit: number,
  ): Promise<{ readonly events: readonly SessionEvent[]; readonly link: Link }> {
    const entries = await this.#store.entries(this.#id, { from: link.head, limit });
    if (entries.length === 0) throw damaged(this.#id, `entry ${link.head} is missing`);
    return {
      link: await checkChain(this.#id, link, entries),
      events: entries.map((entry) => eventOf(this.#id, entry)),
    };
  }

  async #commit(events: readonly SessionEvent[]): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) throw leaseLost(this.#id);
    lease.lost.throwIfAborted();
    if (this.#doubt !== undefined) throw this.#doubt;
    const entries: StoredEntry[] = [];
    let { head, hash } = this.#end;
    for (const event of events) {
      const body = bodyOf(event);
      hash = await nextHash(hash, body);
      entries.push({ seq: head++, body, hash });
    }
    const isDue = head - this.#snapshotHead >= SNAPSHOT_EVERY;
    const snapshot = isDue ? this.#snapshotAfter(events) : undefined;
    try {
      await this.#append(lease, entries, snapshot, { head, hash });
    } catch (error) {
      // Whoever lost a race with another writer has lost the session.
      const isLost = error instanceof ConflictError || error instanceof LeaseLostError;
      if (error instanceof StoreError && error.isUnknown) this.#doubt = error;
      if (!isLost) throw error;
      const lost = leaseLost(this.#id, { cause: error });
      lease.lose(lost);
      throw lost;
    }
    if (isDue) this.#snapshotHead = head;
    this.#end = { head, hash };
  }

  #snapshotAfter(events: readonly SessionEvent[]): string {
    const position = Position.from(this.#start, this.log.position.snapshot())!;
    for (const event of events) position.apply(event);
    return position.snapshot();
  }

  /** Appends, and finds out whether it happened where the answer was lost. */
  async #append(
    { lease }: SessionLease,
    entries: readonly StoredEntry[],
    snapshot: string | undefined,
    after: Link,
  ): Promise<void> {
    const { head } = this.#end;
    const appended = snapshot === undefined ? { head, entries } : { head, entries, snapshot };
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#store.append(lease, appended);
      } catch (error) {
        const isOver = attempt === RETRIES ||
          !(error instanceof StoreError && (error.isRetryable || error.isUnknown));
        if (isOver) throw error;
        await wait(this.#options.clock, RETRY_DELAY * 2 ** attempt, undefined);
        if (error.isUnknown && await this.#isAppended(after, error)) return;
      }
    }
  }

  async #isAppended({ head, hash }: Link, cause: StoreError): Promise<boolean> {
    let session: StoredSession | undefined;
    try {
      session = await this.#store.read(this.#id);
    } catch {
      throw cause;
    }
    if (session?.head === head && session.hash === hash) return true;
    if (session?.head === this.#end.head && session.hash === this.#end.hash) return false;
    throw leaseLost(this.#id);
  }
}

function readSnapshot(id: string, start: string, body: string): Position | undefined {
  try {
    return Position.from(start, body);
  } catch (cause) {
    throw damaged(id, "its snapshot cannot be read", { cause });
  }
}
