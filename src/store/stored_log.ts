/**
 * The log of a session that lives in a store.
 *
 * @module
 */
import type { ChildLogOptions, DurableLog } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { Log } from "../history/log.ts";
import { Position } from "../history/position.ts";
import { migrateResultOf } from "../history/migrations.ts";
import { bodyOf, eventOf } from "./entry_body.ts";
import { checkChain, damaged, type Link, linkBodies, readStored } from "./hash_chain.ts";
import { leaseLost, type LeaseOptions, SessionLease } from "./session_lease.ts";
import type { Store, StoredEntry, StoredSession } from "./store.ts";
import { ConflictError, LeaseLostError, StoreError } from "./store_errors.ts";
import { find, findOrCreate, type FoundSession, writeFork } from "./stored_session.ts";
import { appendSurely } from "./sure_append.ts";

/** Number of entries that are read at once. */
const PAGE = 1_000;

/** Number of events after which a new snapshot is written with them. */
const SNAPSHOT_EVERY = 64;

/** Entries that were read, and the place behind them. */
interface Page {
  readonly entries: readonly StoredEntry[];
  readonly events: readonly SessionEvent[];
  readonly link: Link;
}

/** Options of a stored session. */
export interface StoredLogOptions extends LeaseOptions, ChildLogOptions {}

/** Keeps a log and the store's session the same. */
export class StoredLog implements DurableLog {
  /** The log, as far as it is known here, with its results migrated. */
  readonly log: Log;
  readonly #store: Store;
  readonly #id: string;
  readonly #options: StoredLogOptions;
  readonly #start: string;
  readonly #first: Link;
  /** The end of the session, as far as it is known here. */
  #end: Link;
  /** The beginning of the part that was read; all before follows from a snapshot. */
  readonly #from: Link;
  /** The position in that snapshot, until it is compared with the log. */
  #snapshot: string | undefined;
  #snapshotHead: number;
  /**
   * The position after the entries as they are stored, which snapshots hold. It is
   * the log's own position unless results are migrated.
   */
  readonly #stored: Position;
  #lease: SessionLease | undefined;
  /** The failure after which the end of the session is unknown, because an answer was lost. */
  #doubt: StoreError | undefined;

  private constructor(store: Store, found: FoundSession, options: StoredLogOptions) {
    const { stored: { id, snapshot }, first, start } = found;
    // A snapshot of another version is ignored: its part is read instead.
    const position = snapshot &&
      readStored(id, "its snapshot cannot be read", () => Position.from(start, snapshot.body));
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
    this.log = Log.behind(own, this.#from.head, {
      now: options.now,
      commit: (events) => this.#commit(events),
    });
  }

  /**
   * Opens a session, or creates it in the step `firstStep`. `caller` is the session
   * whose call it belongs to. The part before a snapshot is not read before it is needed.
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
    return await StoredLog.#of(store, await findOrCreate(store, id, firstStep, caller), options);
  }

  static async #of(store: Store, found: FoundSession, options: StoredLogOptions) {
    const log = new StoredLog(store, found, options);
    await log.#catchUp(found.stored);
    return log;
  }

  /** Opens the session of a call. Whoever wrote it before does not write this one any more. */
  async openChild(id: string, start: string, child: ChildLogOptions): Promise<DurableLog> {
    if (this.#lease === undefined) throw leaseLost(this.#id);
    await this.#lease.confirm();
    const options: StoredLogOptions = { ...this.#options, whenBusy: "interrupt", ...child };
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

  /** Reads the part before the snapshot, and compares the snapshot with it. */
  async load(): Promise<void> {
    if (this.log.isWhole) return;
    const position = new Position(this.#start);
    const past: SessionEvent[] = [];
    let { hash } = this.#first;
    for await (const { events, link } of this.#pages(this.#first, this.#from.head)) {
      for (const event of events) {
        position.apply(event);
        past.push(this.#migrated(event));
      }
      hash = link.hash;
    }
    // A turn may have begun meanwhile, and read the same.
    if (this.log.isWhole) return;
    if (hash !== this.#from.hash) throw damaged(this.#id, "its snapshot is of another log");
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
      for (const entry of await this.#entries(at, this.#from.head)) {
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
    for await (const { entries, events } of this.#pages(this.#first, at)) {
      for (const event of events) position.apply(event);
      for (const { body } of entries) bodies.push(body);
    }
    check(position);
    const snapshot = at < SNAPSHOT_EVERY ? undefined : position.snapshot();
    const past = { id: this.#id, start: this.#start, bodies, snapshot };
    await writeFork(this.#store, id, past, this.#options);
    // Read as anybody will read it: what was written is checked by that.
    const fork = await StoredLog.#of(this.#store, await find(this.#store, id), this.#options);
    await fork.load();
    return fork;
  }

  /** Reads what was appended since. */
  async #catchUp(session: StoredSession): Promise<void> {
    if (session.head < this.#end.head) {
      throw damaged(this.#id, `it ends at entry ${session.head}: expected ${this.#end.head}`);
    }
    for await (const { events, link } of this.#pages(this.#end, session.head)) {
      const migrated = events.map((event) => this.#migrated(event));
      this.#applyToStored(events);
      this.log.take(migrated);
      this.#end = link;
    }
    if (this.#end.hash !== session.hash) {
      throw damaged(this.#id, `entry ${session.head - 1} is not its last one`);
    }
  }

  /** Reads entries from a place up to the one before `end`, page by page, as links of the chain. */
  async *#pages(from: Link, end: number): AsyncGenerator<Page, void, void> {
    for (let link = from; link.head < end;) {
      const entries = await this.#entries(link.head, end);
      link = await checkChain(this.#id, link, entries);
      yield { entries, events: entries.map((entry) => eventOf(this.#id, entry)), link };
    }
  }

  async #entries(from: number, end: number): Promise<readonly StoredEntry[]> {
    const range = { from, limit: Math.min(PAGE, end - from) };
    const entries = await this.#store.entries(this.#id, range);
    if (entries[0]?.seq !== from) throw damaged(this.#id, `entry ${from} is missing`);
    return entries;
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
    const { entries, link } = await linkBodies(before, events.map(bodyOf));
    const isDue = link.head - this.#snapshotHead >= SNAPSHOT_EVERY;
    const appended = { entries, ...(isDue && { snapshot: this.#snapshotAfter(events) }) };
    try {
      await appendSurely(this.#store, lease.lease, before, appended, this.#options.clock);
    } catch (error) {
      // Whoever lost a race with another writer has lost the session.
      const isLost = error instanceof ConflictError || error instanceof LeaseLostError;
      if (error instanceof StoreError && error.isUnknown) this.#doubt = error;
      if (!isLost) throw error;
      const lost = leaseLost(this.#id, { cause: error });
      lease.lose(lost);
      throw lost;
    }
    if (isDue) this.#snapshotHead = link.head;
    this.#end = link;
    this.#applyToStored(events);
  }

  #snapshotAfter(events: readonly SessionEvent[]): string {
    const position = this.#stored.copy();
    for (const event of events) position.apply(event);
    return position.snapshot();
  }
}
