/**
 * Turns of a stored session: their queue, their lease, and stopping them.
 *
 * @module
 */
import { type Clock, wait } from "../../clock.ts";
import { quote } from "../../errors.ts";
import type { StoredTurns } from "../../history/durability.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import type { Link } from "../entry/hash_chain.ts";
import type { Append, ClaimedLease, ListedSession, Store } from "../store.ts";
import { StoreError } from "../store_errors.ts";
import {
  type AcquiredLease,
  acquireLease,
  claimLease,
  type LeaseOptions,
  POLL_DELAY,
} from "./acquire_lease.ts";
import type { FormerLease, SessionLease } from "./session_lease.ts";
import { watchStops } from "./stop_requests.ts";
import { type Place, TurnQueue } from "./turn_queue.ts";

/** Session in a store, without its entries and its snapshot. */
type FoundSession = ClaimedLease["session"];

/** Log in memory that is kept in step with a store. */
interface FollowedLog {
  /** Reads the entries that were appended since the last read. */
  catchUp(session: FoundSession | undefined): Promise<void>;
  /** Reads what a turn needs into memory. */
  loadView(): Promise<void>;
}

/** Signal that the first append of a turn did not take place, because the lease was not acquired. */
class NotAcquired extends Error {}

/** Turns of one session object, and their lease. */
export class SessionTurns implements StoredTurns {
  /** Lease of the running turn; undefined if none is running here. */
  lease: SessionLease | undefined;
  isRunningElsewhere = false;
  hasTakenOver = false;
  readonly #store: Store;
  readonly #id: string;
  readonly #options: LeaseOptions;
  readonly #log: FollowedLog;
  readonly #places = new Map<RunningTurn, Place>();
  /** Last read of the log, so that two never append the same entries. */
  #reading: Promise<unknown> = Promise.resolve();
  readonly #former: FormerLease = {};
  #unwatch: (() => void) | undefined;
  /** Turn whose first append acquires the lease; undefined if none is about to. */
  #opening: RunningTurn | undefined;

  constructor(store: Store, id: string, options: LeaseOptions, log: FollowedLog) {
    this.#store = store;
    this.#id = id;
    this.#options = options;
    this.#log = log;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get holdsLease(): boolean {
    return this.lease !== undefined;
  }

  get canWait(): boolean {
    return this.#options.whenBusy === "wait";
  }

  get entered(): readonly RunningTurn[] {
    return TurnQueue.find(this.#store, this.#id)?.entered ?? [];
  }

  enter(turn: RunningTurn): void {
    this.#places.set(turn, TurnQueue.enter(this.#store, this.#id, turn, this.#options));
    turn.settled.then(() => this.#places.delete(turn));
  }

  async begin<Opened>(
    turn: RunningTurn,
    open: () => Promise<Opened>,
    opens: boolean,
  ): Promise<Opened | undefined> {
    const place = this.#places.get(turn)!;
    if (!await place.queue.admit(place, this.#options)) return undefined;
    try {
      const opened = opens ? await this.#openWithClaim(turn, open) : undefined;
      if (this.lease !== undefined) return opened;
      if (!await this.#acquire(turn, place)) return undefined;
      return await open();
    } catch (error) {
      const { lease } = this;
      this.forgetLease();
      await lease?.release();
      throw error;
    }
  }

  /** Opens a turn whose first append acquires the lease. Without it, nothing was appended. */
  async #openWithClaim<Opened>(
    turn: RunningTurn,
    open: () => Promise<Opened>,
  ): Promise<Opened | undefined> {
    await this.#reading;
    await this.#log.loadView();
    this.#opening = turn;
    try {
      return await open();
    } catch (error) {
      if (error instanceof NotAcquired) return undefined;
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  /** Acquires the lease, and reads the log. Returns false if the turn was aborted before. */
  async #acquire(turn: RunningTurn, place: Place): Promise<boolean> {
    const acquired = await acquireLease(this.#store, this.#id, this.#options, {
      until: place.until,
      signal: turn.signal,
      onBusy: () => place.waitsForLease = true,
    }, this.#former);
    if (acquired === undefined) return false;
    place.waitsForLease = false;
    this.#hold(acquired, turn);
    await this.#catchUp(() => Promise.resolve(acquired.session));
    await this.#log.loadView();
    return true;
  }

  /**
   * Acquires the lease together with the first append of a turn. Returns false if the turn has
   * the lease already.
   */
  async claimWith({ hash }: Link, appended: Append): Promise<boolean> {
    const turn = this.#opening;
    if (turn === undefined) return false;
    const append = { ...appended, hash };
    const acquired = await claimLease(this.#store, this.#id, this.#options, this.#former, append);
    if (acquired === undefined) throw new NotAcquired();
    this.#opening = undefined;
    this.#hold(acquired, turn);
    return true;
  }

  #hold({ lease, hasTakenOver }: AcquiredLease, turn: RunningTurn): void {
    this.hasTakenOver = hasTakenOver;
    this.lease = lease;
    this.isRunningElsewhere = false;
    turn.follow(lease.lost);
    this.#unwatch = watchStops(this.#store, lease.lease, turn, this.clock);
  }

  run<Result>(turn: RunningTurn, work: () => Result): Result {
    return TurnQueue.run(this.#places.get(turn)!, work);
  }

  async end(): Promise<void> {
    const { lease } = this;
    this.forgetLease();
    await lease?.release();
    lease?.lost.throwIfAborted();
  }

  /** Forgets the lease, because the last append has released it. */
  forgetLease(): void {
    this.lease?.stop();
    this.lease = undefined;
    this.#unwatch?.();
  }

  async interrupt(reason: unknown): Promise<boolean> {
    const running = TurnQueue.find(this.#store, this.#id)?.running ?? [];
    for (const turn of running) turn.interrupt(reason);
    await Promise.all(running.map(({ settled }) => settled));
    return running.length > 0 || await this.#interruptElsewhere();
  }

  /** Asks the process that runs a turn to stop it, and waits until its lease is back. */
  async #interruptElsewhere(): Promise<boolean> {
    const { status, lease } = await this.#look() ?? {};
    if (lease === undefined || status !== "running") return false;
    if (this.#store.requestStop === undefined) {
      throw new StoreError(
        `Cannot stop the turn of session ${quote(this.#id)} that another process runs: the ` +
          `${this.#store.name} store has no requestStop(): expected one that has; open the ` +
          'session with whenBusy: "interrupt", and start a turn, to take its lease over',
      );
    }
    if (!await this.#store.requestStop(this.#id, lease.epoch)) return false;
    for (;;) {
      await wait(this.clock, POLL_DELAY, undefined);
      const now = await this.#look();
      if (now?.lease?.epoch !== lease.epoch || now.status !== "running") return true;
    }
  }

  async refresh(): Promise<void> {
    if (this.#places.size > 0) return;
    const session = await this.#catchUp(() => this.#look());
    // A turn that was called meanwhile knows better.
    if (this.#places.size === 0) this.isRunningElsewhere = session?.status === "running";
  }

  /**
   * Reads the session as lists show it: whether its lease is live is up to the clock of the store,
   * from which the clock here may differ.
   */
  async #look(): Promise<ListedSession | undefined> {
    // Of the ids that begin with this one, it is the first.
    const { sessions: [found] } = await this.#store.list({ prefix: this.#id, limit: 1 });
    return found?.id === this.#id ? found : undefined;
  }

  /** Reads what other processes appended, one read at a time. */
  #catchUp<Found extends FoundSession | undefined>(find: () => Promise<Found>): Promise<Found> {
    const reading = this.#reading.then(async () => {
      const session = await find();
      await this.#log.catchUp(session);
      return session;
    });
    this.#reading = reading.catch(() => {});
    return reading;
  }
}
