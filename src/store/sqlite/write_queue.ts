/**
 * The writes of one store, in transactions.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { BusyRetry } from "./busy_retry.ts";
import type { SqliteDatabase } from "./database.ts";
import { failureKind, storeErrorOf } from "./sqlite_failure.ts";

/** Maximum number of writes in a transaction, so that none blocks the event loop for long. */
const MAX_GROUP = 64;

/** Number of transactions, after one with several writes, that wait a moment for more writes. */
const LINGERING = 8;

interface Write {
  readonly doing: string;
  readonly work: () => unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Parts of a {@linkcode WriteQueue}. */
export interface WriteQueueOptions {
  /** The database, of which no other part begins a transaction. */
  readonly database: SqliteDatabase;
  /** Its file, for messages. */
  readonly file: string;
  /** Waits for other writers. */
  readonly retry: BusyRetry;
  /** Throws if the database must not be written. Called in each transaction. */
  readonly check: () => void;
}

/**
 * Carries out writes in the order they came. Those that are waiting together
 * share a transaction, and so one flush of the disk; each still fails alone.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #waiting: Write[] = [];
  #draining: Promise<void> | undefined;
  /** Number of transactions that are still likely to be shared. */
  #lingering = 0;

  /** Writes to a database. */
  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /**
   * Carries out a write. Resolves with its result when that is durable.
   *
   * @param doing What it does, for messages, for example `append to session "a"`.
   * @param work Reads and writes at once. It may be called again if the transaction failed.
   */
  write<Result>(doing: string, work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ doing, work, resolve: resolve as Write["resolve"], reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits until every write has ended; none is added from then on. */
  async end(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // What is asked for in the same moment joins the first transaction.
    await null;
    while (this.#waiting.length > 0) {
      // Those who shared the one before are likely to be back once they are resumed: a flush,
      // for which the event loop stands still, costs much more than to wait for them.
      if (this.#lingering > 0) await new Promise((resolve) => setImmediate(resolve));
      await this.#writeGroup(this.#waiting.length);
    }
    this.#draining = undefined;
  }

  /** Begins a transaction, and carries out what is waiting by then. */
  async #writeGroup(count: number): Promise<void> {
    if (!await this.#begin(() => this.#waiting.splice(0, count))) return;
    const group = this.#waiting.splice(0, MAX_GROUP);
    this.#lingering = group.length > 1 ? LINGERING : Math.max(0, this.#lingering - 1);
    if (this.#commit(group, group.length === 1)) return;
    for (const write of group) {
      if (await this.#begin(() => [write])) this.#commit([write], true);
    }
  }

  /** Begins a transaction. If that fails, returns false and rejects those who waited for it. */
  async #begin(waiting: () => readonly Write[]): Promise<boolean> {
    const { database, retry, check } = this.#options;
    try {
      await retry.run(() => database.exec("BEGIN IMMEDIATE"));
      check();
      return true;
    } catch (error) {
      this.#rollBack();
      this.#reject(waiting(), error);
      return false;
    }
  }

  /**
   * Carries out writes in the transaction that has begun. False if it failed for one
   * of several, so that each is to be tried alone.
   */
  #commit(group: readonly Write[], isAlone: boolean): boolean {
    const { database } = this.#options;
    let isCommitting = false;
    try {
      const results = group.map(({ work }) => work());
      isCommitting = true;
      database.exec("COMMIT");
      for (const [index, { resolve }] of group.entries()) resolve(results[index]);
      return true;
    } catch (error) {
      this.#rollBack();
      // The disk may hold it, though it did not say so; after anything else it does not.
      const isUnknown = isCommitting && failureKind(error) === "io";
      if (!isAlone && !isUnknown) return false;
      this.#reject(group, error, isUnknown);
      return true;
    }
  }

  #rollBack(): void {
    const { database } = this.#options;
    try {
      // After some failures it is rolled back already, and another ROLLBACK would hide them.
      if (database.isTransaction) database.exec("ROLLBACK");
    } catch {
      // What failed before says more.
    }
  }

  #reject(group: readonly Write[], error: unknown, isUnknown = false): void {
    for (const { doing, reject } of group) {
      reject(storeErrorOf(error, doing, this.#options.file, isUnknown));
    }
  }
}
