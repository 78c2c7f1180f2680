/**
 * Turns of a stored session: their queue, their lease, and stopping them.
 *
 * @module
 */
import { type Clock, wait } from "../clock.ts";
import { quote } from "../errors.ts";
import type { StoredTurns } from "../history/durability.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import {
  type FormerLease,
  type LeaseOptions,
  makeLeaseLostError,
  POLL_DELAY,
  SessionLease,
} from "./session_lease.ts";
import { watchStops } from "./stop_requests.ts";
import type { LeaseState, Store, StoredSession } from "./store.ts";
import { StoreError } from "./store_errors.ts";
import { type Place, TurnQueue } from "./turn_queue.ts";

/** Log in memory that is kept in step with a store. */
interface FollowedLog {
  /** Reads the entries that were appended since the last read. */
  catchUp(session: StoredSession): Promise<void>;
  /** Reads the whole log into memory. */
  load(): Promise<void>;
}

/** Turns of one session object, and their lease. */
export class SessionTurns implements StoredTurns {
  /** Lease of the running turn; undefined if none is running here. */
  lease: SessionLease | undefined;
  isRunningElsewhere: boolean;
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

  constructor(store: Store, found: StoredSession, options: LeaseOptions, log: FollowedLog) {
    this.#store = store;
    this.#id = found.id;
    this.#options = options;
    this.#log = log;
    this.isRunningElsewhere = this.#isLive(found.lease);
  }

  get clock(): Clock {
    return this.#options.clock;
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

  async begin(turn: RunningTurn): Promise<boolean> {
    const place = this.#places.get(turn)!;
    if (!await place.queue.admit(place, this.#options)) return false;
    const [store, id] = [this.#store, this.#id];
    const lease = await SessionLease.acquire(store, id, this.#options, {
      until: place.until,
      signal: turn.signal,
      onBusy: () => place.waitsForLease = true,
      beforeClaim: turn.input && (async () => {
        this.hasTakenOver = (await store.read(id))?.lease !== undefined;
      }),
    }, this.#former);
    if (lease === undefined) return false;
    place.waitsForLease = false;
    try {
      await this.#read();
      await this.#log.load();
    } catch (error) {
      await lease.release();
      throw error;
    }
    this.lease = lease;
    this.isRunningElsewhere = false;
    turn.follow(lease.lost);
    this.#unwatch = watchStops(this.#store, lease.lease, turn, this.clock);
    return true;
  }

  run<Result>(turn: RunningTurn, work: () => Promise<Result>): Promise<Result> {
    return TurnQueue.run(this.#places.get(turn)!, work);
  }

  async end(): Promise<void> {
    const { lease } = this;
    this.lease = undefined;
    this.#unwatch?.();
    await lease?.release();
    lease?.lost.throwIfAborted();
  }

  async interrupt(reason: unknown): Promise<boolean> {
    const running = TurnQueue.find(this.#store, this.#id)?.running ?? [];
    for (const turn of running) turn.interrupt(reason);
    await Promise.all(running.map(({ settled }) => settled));
    return running.length > 0 || await this.#interruptElsewhere();
  }

  /** Asks the process that runs a turn to stop it, and waits until its lease is back. */
  async #interruptElsewhere(): Promise<boolean> {
    const { lease } = await this.#store.read(this.#id) ?? {};
    if (lease === undefined || !this.#isLive(lease)) return false;
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
      const now = (await this.#store.read(this.#id))?.lease;
      if (now?.epoch !== lease.epoch || !this.#isLive(now)) return true;
    }
  }

  async refresh(): Promise<void> {
    if (this.#places.size > 0) return;
    const { lease } = await this.#read();
    // A turn that was called meanwhile knows better.
    if (this.#places.size === 0) this.isRunningElsewhere = this.#isLive(lease);
  }

  /** Reads what other processes appended, one read at a time. */
  #read(): Promise<StoredSession> {
    const reading = this.#reading.then(async () => {
      const session = await this.#store.read(this.#id);
      if (session === undefined) throw makeLeaseLostError(this.#id);
      await this.#log.catchUp(session);
      return session;
    });
    this.#reading = reading.catch(() => {});
    return reading;
  }

  #isLive(lease: LeaseState | undefined): boolean {
    return lease !== undefined && lease.until > this.clock.now();
  }
}
