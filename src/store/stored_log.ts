/**
 * Durable log of a session in a store.
 *
 * @module
 */
import type { AddedEvents, ChildLogOptions, DurableLog } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { Log } from "../history/log.ts";
import { applyChanges, findFirstStep } from "../history/migrations.ts";
import type { Position } from "../history/position.ts";
import type { SessionName } from "../history/session_name.ts";
import { adoptStored } from "./adoption.ts";
import { appendWithRetry } from "./entry/append_with_retry.ts";
import { buildAppend } from "./entry/build_append.ts";
import { serializeEvents } from "./entry/entry_body.ts";
import { type Address, checkIdentity, type FoundAddress } from "./entry/entry_reader.ts";
import type { Link } from "./entry/hash_chain.ts";
import { type Past, readCovered, readLast, readPast } from "./entry/verified_past.ts";
import {
  findOrCreate,
  findOrCreateLabeled,
  findSession,
  type FoundSession,
  type Identity,
  refuseDeleted,
} from "./find_session.ts";
import type { LeaseOptions } from "./lease/acquire_lease.ts";
import type { SessionLease } from "./lease/session_lease.ts";
import { SessionTurns } from "./lease/session_turns.ts";
import { openPosition } from "./opened_position.ts";
import type { Append, Store, StoredSession } from "./store.ts";
import { ConflictError, LeaseLostError, makeLeaseLostError, StoreError } from "./store_errors.ts";
import { SNAPSHOT_INTERVAL, writeFork } from "./stored_fork.ts";

/** Options of a {@linkcode StoredLog}. */
interface StoredLogOptions extends LeaseOptions, ChildLogOptions, Identity {}

/** Keeps a log in memory in step with the session in the store. */
export class StoredLog implements DurableLog {
  /** Log in memory, as the agent reads it now. It may lack events that other processes appended. */
  readonly log: Log;
  /** Random text in the keys of its calls; undefined for a child, and if version 2 made it. */
  readonly incarnation: string | undefined;
  /** Name of the agent that made it; undefined for a child, and if an older release made it. */
  readonly maker: string | undefined;
  readonly turns: SessionTurns | undefined;
  readonly #store: Store;
  readonly #address: FoundAddress;
  /** Id of the session or child. */
  readonly #id: string;
  /** Log of the session to which a child belongs, and whose lease it uses; otherwise this log. */
  readonly #root: StoredLog;
  readonly #options: StoredLogOptions;
  /** First step by the metadata, with which positions of stored entries begin. */
  readonly #start: string;
  /** Point before the first entry. */
  readonly #first: Link;
  /** Point after the last entry that was read or written here. */
  #end: Link;
  /** Point from which entries were read when the log was opened: that of the snapshot, if any. */
  readonly #loadedFrom: Link;
  /** Snapshot that the log was opened from, until the entries before it are verified. */
  #snapshot: string | undefined;
  #snapshotHead: number;
  /**
   * Position after the stored entries, before the changes of the agent; new snapshots contain it.
   * It is the log's own position unless the agent has changed.
   */
  readonly #storedPosition: Position;
  /** Failed append with an unknown outcome. Blocks writing until the next turn reads the store. */
  #unknownOutcome: StoreError | undefined;

  private constructor(
    store: Store,
    address: Address,
    found: FoundSession,
    options: StoredLogOptions,
    root: StoredLog | undefined,
  ) {
    const { stored, first, start, incarnation } = found;
    const opened = openPosition(found, options);
    this.#store = store;
    this.#address = { ...address, meta: stored.meta };
    this.#id = stored.id;
    this.#root = root ?? this;
    this.turns = root === undefined ? new SessionTurns(store, stored.id, options, this) : undefined;
    this.incarnation = incarnation;
    this.maker = found.agent;
    this.#first = first;
    this.#start = start;
    this.#options = options;
    this.#loadedFrom = opened.from;
    this.#end = opened.from;
    this.#snapshot = opened.snapshot;
    this.#snapshotHead = opened.from.head;
    this.#storedPosition = opened.stored;
    this.log = Log.fromPosition(opened.current, opened.from.head, {
      now: options.now,
      commit: (events, isLast) => this.#commit(events, isLast),
    });
  }

  /**
   * Opens a session, or creates it. Entries before the snapshot are read only when needed.
   *
   * @throws {SessionDamagedError} if an entry is damaged, and what {@linkcode findOrCreate} throws.
   */
  static async open(store: Store, id: string, options: StoredLogOptions): Promise<StoredLog> {
    const found = await findOrCreateLabeled(store, id, options.graph.start, options);
    const log = await StoredLog.#openFound(store, { id }, found, options);
    if (found.stored.lease !== undefined) await log.turns!.refresh();
    return log;
  }

  static async #openFound(
    store: Store,
    address: Address,
    found: FoundSession,
    options: StoredLogOptions,
    root?: StoredLog,
  ) {
    const log = new StoredLog(store, address, found, options, root);
    await log.catchUp(found.stored);
    return log;
  }

  async openChild(id: string, child: ChildLogOptions): Promise<DurableLog> {
    const lease = this.#root.#findLease();
    // Calls of a child that exists already run before anything is written.
    await lease.assertHeld();
    await this.#adopt(id);
    const address = { id: this.#root.#id, child: id };
    const { start } = child.graph;
    const owner = { lease: lease.lease };
    const found = await findOrCreate(this.#store, address, () => ({ start }), owner);
    return await this.#openFoundChild(address, found, child);
  }

  async findChild(id: string, child: ChildLogOptions): Promise<StoredLog | undefined> {
    await this.#adopt(id);
    const address = { id: this.#root.#id, child: id };
    const found = await findSession(this.#store, address);
    return found && await this.#openFoundChild(address, found, child);
  }

  /** Adopts a child of version 2, during a turn. */
  async #adopt(id: string): Promise<void> {
    const lease = this.#root.turns?.lease?.lease;
    if (lease === undefined || this.#root.incarnation !== undefined) return;
    await adoptStored(this.#store, lease, id, this.#id);
  }

  async #openFoundChild(address: Address, found: FoundSession, child: ChildLogOptions) {
    const options = { ...this.#options, ...child };
    const log = await StoredLog.#openFound(this.#store, address, found, options, this.#root);
    await log.loadView();
    return log;
  }

  /** Loads the entries before the snapshot, and verifies them and the snapshot. */
  async load(): Promise<void> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return;
    const past = await readCovered(this.#store, this.#past, this.#start, snapshot);
    this.#snapshot = undefined;
    this.#prepend(past);
  }

  async complete(from = 0): Promise<void> {
    if (this.log.first > from) this.#prepend(await readLast(this.#store, this.#past, from));
  }

  /** Loads what requests show. A log whose position is not the stored one is folded as a whole. */
  async loadView(): Promise<void> {
    const { position } = this.log;
    await this.complete(position === this.#storedPosition ? position.unneeded : 0);
  }

  #prepend(past: readonly SessionEvent[]): void {
    // Another call may have loaded the same entries meanwhile.
    if (this.log.first <= past[0]!.seq) return;
    this.log.prepend(past.map((event) => this.#migrate(event)));
    // The position of a snapshot has no migrated results, so it is folded again from the events.
    if (this.#storedPosition === this.log.position) return;
    this.log.recomputePosition(findFirstStep(this.#options, this.#start, this.log.head));
  }

  /**
   * Reads events from sequence number `from`, from memory or else from the store. Those in the
   * store are verified from the first one on.
   */
  async *events(from: number): AsyncGenerator<SessionEvent, void, void> {
    let at = from;
    if (at < this.#loadedFrom.head && !this.log.isWhole) {
      for await (const { events } of readPast(this.#store, this.#past)) {
        for (const event of events) {
          if (event.seq < at) continue;
          yield this.#migrate(event);
          at++;
        }
      }
    }
    for (; at < this.log.head; at++) yield this.log.at(at)!;
  }

  async fork(name: SessionName, at: number, added: AddedEvents | undefined): Promise<StoredLog> {
    const original = { start: this.#start, incarnation: this.incarnation, first: this.#first };
    await writeFork(this.#store, this.#address, original, { name, at, added }, this.#options);
    // Loading the fork verifies what was written.
    const found = await findSession(this.#store, name) ?? refuseDeleted(name.id);
    const log = await StoredLog.#openFound(this.#store, { id: name.id }, found, this.#options);
    await log.load();
    return log;
  }

  /** Returns the lease of the running turn. */
  #findLease(): SessionLease {
    const lease = this.turns?.lease;
    if (lease === undefined) throw makeLeaseLostError(this.#id);
    return lease;
  }

  /**
   * Reads the entries that were appended since the last read.
   *
   * @throws {ConflictError} if `session` is not the one that was opened, but has its id.
   * @throws {SessionDamagedError} if an entry is missing or damaged.
   */
  async catchUp(session: Omit<StoredSession, "snapshot"> | undefined): Promise<void> {
    checkIdentity(this.#address, session);
    const news = { address: this.#address, first: this.#end, end: session };
    for await (const { events, link } of readPast(this.#store, news)) {
      const migrated = events.map((event) => this.#migrate(event));
      this.#applyToStored(events);
      this.log.appendCommitted(migrated);
      this.#end = link;
    }
    this.#unknownOutcome = undefined;
  }

  get #past(): Past {
    return { address: this.#address, first: this.#first, end: this.#loadedFrom };
  }

  #migrate(event: SessionEvent): SessionEvent {
    return applyChanges(event, this.#options);
  }

  #applyToStored(events: readonly SessionEvent[]): void {
    if (this.#storedPosition === this.log.position) return;
    for (const event of events) this.#storedPosition.apply(event);
  }

  async #commit(events: readonly SessionEvent[], isLast: boolean): Promise<void> {
    const before = this.#end;
    const isDue = before.head + events.length - this.#snapshotHead >= SNAPSHOT_INTERVAL;
    const position = this.#storedPosition.copy();
    for (const event of events) position.apply(event);
    const [written, { child }] = [serializeEvents(this.#store, events), this.#address];
    const { appended, link } = buildAppend(before, written, child, position, isDue);
    if (await this.turns?.claimWith(before, appended)) this.#unknownOutcome = undefined;
    else await this.#append(before, appended, isLast);
    if (isDue) this.#snapshotHead = link.head;
    this.#end = link;
    this.#applyToStored(events);
  }

  /** Appends entries with the lease of the running turn, and releases it with the last ones. */
  async #append(before: Link, appended: Append, isLast: boolean): Promise<void> {
    const root = this.#root;
    const lease = root.#findLease();
    lease.lost.throwIfAborted();
    if (this.#unknownOutcome !== undefined) throw this.#unknownOutcome;
    const release = isLast && root === this;
    // A renewal after the release would find the lease lost.
    if (release) lease.stop();
    try {
      const request = { ...appended, release };
      await appendWithRetry(this.#store, lease.lease, before, request, this.#options.clock);
    } catch (error) {
      // A conflict means that another writer appended, so the lease is lost too.
      const isLost = error instanceof ConflictError || error instanceof LeaseLostError;
      if (error instanceof StoreError && error.isUnknown) this.#unknownOutcome = error;
      if (!isLost) throw error;
      const lost = makeLeaseLostError(root.#id, { cause: error });
      lease.markLost(lost);
      throw lost;
    }
    if (release) this.turns!.forgetLease();
  }
}
