/**
 * Queue that batches the writes of a store into transactions (group commit).
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { BusyRetry } from "./busy_retry.ts";
import type { SqliteDatabase } from "./database.ts";
import { classifyFailure, toStoreError } from "./sqlite_failure.ts";

/** Maximum number of writes in a transaction, so that none blocks the event loop for long. */
const MAX_BATCH_LENGTH = 64;

/**
 * Number of transactions after a batch of several writes that first wait a tick for more
 * writes.
 */
const LINGERING_TRANSACTIONS = 8;

interface Write {
  readonly action: string;
  readonly work: () => unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Options of a {@linkcode WriteQueue}. */
export interface WriteQueueOptions {
  /** Database, on which only this queue begins transactions. */
  readonly database: SqliteDatabase;
  /** File of the database, used in messages. */
  readonly file: string;
  /** Busy retry for beginning a transaction. */
  readonly retry: BusyRetry;
  /** Throws if the database must not be written. Called at the start of each transaction. */
  readonly check: () => void;
}

/**
 * Runs writes in the order they were added. Writes that wait together share a
 * transaction and one flush of the disk. A write that fails does not affect the others.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #waiting: Write[] = [];
  #draining: Promise<void> | undefined;
  /** Number of coming transactions that wait a tick for more writes. */
  #lingering = 0;

  /** Makes an empty queue. */
  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /**
   * Adds a write. Resolves with its result once it is durable.
   *
   * @param action Action for messages, for example `append to session "a"`.
   * @param work Synchronous function that reads and writes. It is called again if the
   *   transaction that it shared failed.
   */
  write<Result>(action: string, work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ action, work, resolve: resolve as Write["resolve"], reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits until every write has ended. Do not add writes afterwards. */
  async end(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Writes added in the same tick join the first transaction.
    await null;
    while (this.#waiting.length > 0) {
      // Writers that shared the last transaction are likely to write again once they resume.
      // Waiting a tick for them is much cheaper than another flush, which blocks the event loop.
      if (this.#lingering > 0) await new Promise((resolve) => setImmediate(resolve));
      await this.#writeGroup(this.#waiting.length);
    }
    this.#draining = undefined;
  }

  /** Begins a transaction, and runs the writes that wait once it has begun. */
  async #writeGroup(count: number): Promise<void> {
    if (!await this.#begin(() => this.#waiting.splice(0, count))) return;
    const group = this.#waiting.splice(0, MAX_BATCH_LENGTH);
    this.#lingering = group.length > 1 ? LINGERING_TRANSACTIONS : Math.max(0, this.#lingering - 1);
    if (this.#commit(group, group.length === 1)) return;
    for (const write of group) {
      if (await this.#begin(() => [write])) this.#commit([write], true);
    }
  }

  /** Begins a transaction. If that fails, rejects the `waiting` writes and returns false. */
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
   * Runs writes in the open transaction and commits it. Returns false if it was rolled
   * back and each write must be retried alone.
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
      // After an I/O error at the commit, the disk may contain the transaction.
      const isUnknown = isCommitting && classifyFailure(error) === "io";
      if (!isAlone && !isUnknown) return false;
      this.#reject(group, error, isUnknown);
      return true;
    }
  }

  #rollBack(): void {
    const { database } = this.#options;
    try {
      // SQLite rolls back by itself after some failures; another ROLLBACK would throw.
      if (database.isTransaction) database.exec("ROLLBACK");
    } catch {
      // Ignored, because the first failure is more useful.
    }
  }

  #reject(group: readonly Write[], error: unknown, isUnknown = false): void {
    for (const { action, reject } of group) {
      reject(toStoreError(error, action, this.#options.file, isUnknown));
    }
  }
}
