/**
 * The log of a session that lives in a store.
 *
 * @module
 */
import type { DurableLog } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { Log } from "../history/log.ts";
import { Position } from "../history/position.ts";
import { type MigrateResult, migrateResultOf } from "../history/result_migration.ts";
import { bodyOf, eventOf } from "./entry_body.ts";
import { checkChain, damaged, type Link, nextHash } from "./hash_chain.ts";
import { leaseLost, type LeaseOptions, SessionLease } from "./session_lease.ts";
import type { Store, StoredEntry, StoredSession } from "./store.ts";
import { ConflictError, LeaseLostError, StoreError } from "./store_errors.ts";
import { writeFork } from "./stored_fork.ts";
import { find, findOrCreate, type FoundSession } from "./stored_session.ts";
import { appendSurely } from "./sure_append.ts";

/** How many entries are read at once. */
const PAGE = 1_000;

/** After so many events a new snapshot is written with them. */
const SNAPSHOT_EVERY = 64;

/** How a stored session is read and written. */
export interface StoredLogOptions extends LeaseOptions {
  /** Brings results into the form of today's tools. Entries stay as they were stored. */
  readonly migrateResult: MigrateResult | undefined;
}

/** Keeps a log and the store's session the same. */
export class StoredLog implements DurableLog {
  /** The log, as far as it is known here, with its results migrated. */
  readonly log: Log;
  readonly #store: Store;
  readonly #id: string;
  readonly #options: StoredLogOptions;
  readonly #start: string;
  readonly #first: Link;
  /** Where the session ends, as far as it is known here. */
  #end: Link;
  /** Where the part begins that was read; all before follows from a snapshot. */
  readonly #from: Link;
  /** The position in that snapshot, until it is held to the log. */
  #snapshot: string | undefined;
  #snapshotHead: number;
  /**
   * Where the session stands by its entries as they are stored: what snapshots
   * hold. It is the log's own position unless results are migrated.
   */
  readonly #stored: Position;
  #lease: SessionLease | undefined;
  /** Why it is not known where the session ends, once an answer was lost for good. */
  #doubt: StoreError | undefined;

  private constructor(
    store: Store,
    { stored: { id, snapshot }, first, start }: FoundSession,
    options: StoredLogOptions,
  ) {
    const position = snapshot && readSnapshot(id, start, snapshot.body);
    this.#store = store;
    this.#id = id;
    this.#first = first;
    this.#start = start;
    this.#options = options;
    this.#from = snapshot === undefined || position === undefined ? first : snapshot;
    this.#end = this.#from;
    this.#snapshot = position?.snapshot();
    this.#snapshotHead = this.#from.head;
    this.#stored = position ?? new Position(start);
    const own = options.migrateResult === undefined ? this.#stored : this.#stored.copy();
    this.log = Log.behind(own, this.#from.head, (events) => this.#commit(events));
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
    options: StoredLogOptions,
    caller?: string,
  ): Promise<StoredLog> {
    const found = await findOrCreate(store, id, firstStep, caller);
    return await StoredLog.#of(store, found, options);
  }

  static async #of(
    store: Store,
    found: FoundSession,
    options: StoredLogOptions,
  ): Promise<StoredLog> {
    const log = new StoredLog(store, found, options);
    await log.#catchUp(found.stored);
    return log;
  }

  /** Opens the session of a call. Whoever wrote it before does not write this one any more. */
  async openChild(
    id: string,
    start: string,
    migrateResult: MigrateResult | undefined,
  ): Promise<DurableLog> {
    if (this.#lease === undefined) throw leaseLost(this.#id);
    await this.#lease.confirm();
    const options: StoredLogOptions = { ...this.#options, whenBusy: "interrupt", migrateResult };
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
    if (this.log.isWhole) return;
    const position = new Position(this.#start);
    const past: SessionEvent[] = [];
    let link = this.#first;
    while (link.head < this.#from.head) {
      const page = await this.#read(link, this.#from.head - link.head);
      for (const entry of page.entries) {
        const event = eventOf(this.#id, entry);
        position.apply(event);
        past.push(this.#migrated(event));
      }
      link = page.link;
    }
    // A turn may have begun meanwhile, and read the same.
    if (this.log.isWhole) return;
    if (link.hash !== this.#from.hash) throw damaged(this.#id, "its snapshot is of another log");
    if (position.snapshot() !== this.#snapshot) {
      throw damaged(this.#id, "its snapshot does not follow from its log");
    }
    this.#snapshot = undefined;
    this.log.fill(past);
    // The snapshot knew results only as they are stored.
    if (this.#stored !== this.log.position) this.log.foldAgain(this.#start);
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
        yield this.#migrated(eventOf(this.#id, entry));
        at++;
      }
    }
    for (; at < this.log.head; at++) yield this.log.at(at)!;
  }

  /** A session in the same store with the first `at` events of this one. */
  async fork(id: string, at: number, check: (position: Position) => void): Promise<StoredLog> {
    const position = new Position(this.#start);
    const bodies: string[] = [];
    let link = this.#first;
    while (link.head < at) {
      const page = await this.#read(link, at - link.head);
      for (const entry of page.entries) {
        position.apply(eventOf(this.#id, entry));
        bodies.push(entry.body);
      }
      link = page.link;
    }
    check(position);
    const snapshot = at < SNAPSHOT_EVERY ? undefined : position.snapshot();
    const past = { id: this.#id, start: this.#start, bodies, snapshot };
    await writeFork(this.#store, id, past, this.#options);
    const found = await find(this.#store, id);
    if (found === undefined) {
      throw new ConflictError(`Cannot open session ${JSON.stringify(id)}: it is gone`);
    }
    // Read as anybody will read it: what was written is checked by that.
    const fork = await StoredLog.#of(this.#store, found, this.#options);
    await fork.load();
    return fork;
  }

  /** Reads what was appended since. */
  async #catchUp(session: StoredSession): Promise<void> {
    if (session.head < this.#end.head) {
      throw damaged(this.#id, `it ends at entry ${session.head}: expected ${this.#end.head}`);
    }
    while (this.#end.head < session.head) {
      const page = await this.#read(this.#end, session.head - this.#end.head);
      const events = page.entries.map((entry) => eventOf(this.#id, entry));
      const migrated = events.map((event) => this.#migrated(event));
      this.#applyToStored(events);
      this.log.take(migrated);
      this.#end = page.link;
    }
    if (this.#end.hash !== session.hash) {
      throw damaged(this.#id, `entry ${session.head - 1} is not its last one`);
    }
  }

  /** Reads a page of at most so many entries, and makes sure that they follow. */
  async #read(
    link: Link,
    most: number,
  ): Promise<{ readonly entries: readonly StoredEntry[]; readonly link: Link }> {
    const range = { from: link.head, limit: Math.min(PAGE, most) };
    const entries = await this.#store.entries(this.#id, range);
    if (entries.length === 0) throw damaged(this.#id, `entry ${link.head} is missing`);
    return { entries, link: await checkChain(this.#id, link, entries) };
  }

  #migrated(event: SessionEvent): SessionEvent {
    return migrateResultOf(event, this.#options.migrateResult);
  }

  #applyToStored(events: readonly SessionEvent[]): void {
    if (this.#stored === this.log.position) return;
    for (const event of events) this.#stored.apply(event);
  }

  async #commit(events: readonly SessionEvent[]): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) throw leaseLost(this.#id);
    lease.lost.throwIfAborted();
    if (this.#doubt !== undefined) throw this.#doubt;
    const before = this.#end;
    const entries: StoredEntry[] = [];
    let { head, hash } = before;
    for (const event of events) {
      const body = bodyOf(event);
      hash = await nextHash(hash, body);
      entries.push({ seq: head++, body, hash });
    }
    const after = { head, hash };
    const isDue = head - this.#snapshotHead >= SNAPSHOT_EVERY;
    const snapshot = isDue && { snapshot: this.#snapshotAfter(events) };
    const appended = { head: before.head, entries, ...snapshot };
    try {
      await appendSurely(
        this.#store,
        lease.lease,
        appended,
        { before, after },
        this.#options.clock,
      );
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
    this.#end = after;
    this.#applyToStored(events);
  }

  #snapshotAfter(events: readonly SessionEvent[]): string {
    const position = this.#stored.copy();
    for (const event of events) position.apply(event);
    return position.snapshot();
  }
}

function readSnapshot(id: string, start: string, body: string): Position | undefined {
  try {
    return Position.from(start, body);
  } catch (cause) {
    throw damaged(id, "its snapshot cannot be read", { cause });
  }
}
