/**
 * The writes of one store, in transactions.
 *
 * @module
 */
import { AgentError } from "../../errors.ts";
import type { SqliteDatabase } from "./database.ts";
import type { Patience } from "./patience.ts";
import { failureKind, storeErrorOf } from "./sqlite_failure.ts";

/** How many writes share a transaction at most, so that none blocks the event loop for long. */
const LARGEST_GROUP = 64;

interface Write {
  readonly doing: string;
  readonly work: () => unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What the queue is made for. */
export interface WriteQueueOptions {
  /** The database, of which no other part begins a transaction. */
  readonly database: SqliteDatabase;
  /** Its file, for messages. */
  readonly file: string;
  /** Waits for other writers. */
  readonly patience: Patience;
  /** Throws if the database must not be written. It is asked in each transaction. */
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

  /** Writes to a database. */
  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /**
   * Carries out a write; what it gives is given when it is durable.
   *
   * @param doing What it does, for messages, for example `append to session "a"`.
   * @param work Reads and writes at once. It may be called again if the transaction
   *   failed, and throws an error of the framework only before it has written.
   */
  write<Result>(doing: string, work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ doing, work, resolve: resolve as Write["resolve"], reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits until every write came to its end; none is added any more. */
  async end(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // What is asked for in the same moment joins the first transaction.
    await null;
    while (this.#waiting.length > 0) await this.#begin(this.#waiting.length);
    this.#draining = undefined;
  }

  /** Begins a transaction, and gives it what is waiting by then. */
  async #begin(count: number): Promise<void> {
    if (!await this.#tryBegin(() => this.#waiting.splice(0, count))) return;
    const group = this.#waiting.splice(0, LARGEST_GROUP);
    if (this.#commit(group)) return;
    for (const write of group) {
      if (await this.#tryBegin(() => [write])) this.#commit([write], true);
    }
  }

  /** Whether a transaction is begun; if not, those who waited for it are told why. */
  async #tryBegin(waiting: () => readonly Write[]): Promise<boolean> {
    const { database, patience, check } = this.#options;
    try {
      await patience.whileBusy(() => database.exec("BEGIN IMMEDIATE"));
      check();
      return true;
    } catch (error) {
      this.#rollBack();
      this.#reject(waiting(), error);
      return false;
    }
  }

  /**
   * Carries out writes in the transaction that is begun. False if the transaction
   * failed for one of several, who are to be tried alone.
   */
  #commit(group: readonly Write[], isAlone = group.length === 1): boolean {
    const { database } = this.#options;
    let isCommitting = false;
    try {
      const answers = group.map(answerOf);
      isCommitting = true;
      database.exec("COMMIT");
      for (const answer of answers) answer();
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

/** Carries out a write. How it ended is told by a call, once it is durable. */
function answerOf({ work, resolve, reject }: Write): () => void {
  try {
    const result = work();
    return () => resolve(result);
  } catch (error) {
    // A refusal has written nothing: the others need not know.
    if (error instanceof AgentError) return () => reject(error);
    throw error;
  }
}
