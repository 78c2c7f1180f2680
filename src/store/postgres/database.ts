/**
 * Running statements, with retries and errors.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { StoreBusyError, StoreError } from "../store_errors.ts";
import { type Connection, type ConnectionPool, makePool } from "./connection_pool.ts";
import { PostgresFailure } from "./failure.ts";
import type { PostgresSettings } from "./postgres_options.ts";

/** Description of one or several statements. */
export interface Work {
  /** Action for messages, which follows "Cannot", for example `read session "a"`. */
  readonly purpose: string;
  /** True if the work is idempotent, so that it can be retried even after an unknown outcome. */
  readonly isRepeatable: boolean;
  /**
   * True if `maxQueue` never refuses it, because it frees what other calls wait for. Default:
   * false.
   */
  readonly isUrgent?: boolean;
}

/** One statement. */
interface Statement extends Work {
  /** Name under which it may be prepared, always with the same text. Default: never prepared. */
  readonly name?: string | undefined;
  /** SQL text. */
  readonly text: string;
  /** Values of the parameters `$1`, `$2` and so on. */
  readonly values: readonly unknown[];
}

/** Result of a statement. */
interface StatementResult<Row> {
  /** Returned rows. */
  readonly rows: readonly Row[];
  /** Number of rows returned or changed. */
  readonly count: number;
}

/** Runs a statement within a transaction, prepared if it has a name. */
export type Query = <Row>(
  text: string,
  values?: readonly unknown[],
  name?: string,
) => Promise<StatementResult<Row>>;

/** Delay before the first retry, in milliseconds. It doubles with each retry. */
const FIRST_DELAY = 50;
/** Maximum delay between attempts before jitter, in milliseconds. */
const MAX_DELAY = 1_000;

/** Database with a connection pool. */
export class Database {
  /** Address of the database for messages, without credentials. */
  readonly address: string;
  readonly #retries: number;
  readonly #maxQueue: number;
  readonly #maxConnections: number;
  readonly #random: Random;
  readonly #pool: ConnectionPool;
  #isPreparing = false;
  readonly #running = new Set<Promise<unknown>>();

  /** Makes a database without connecting to it. `random` is the jitter of retries. */
  constructor(settings: PostgresSettings, random: Random = Math.random) {
    const { address, retries, maxQueue, pool } = settings;
    this.address = address;
    this.#retries = retries;
    this.#maxQueue = maxQueue;
    this.#maxConnections = Number(pool.max);
    this.#random = random;
    this.#pool = makePool(pool);
  }

  /**
   * Runs one statement in its own transaction.
   *
   * @throws {StoreBusyError} if too many calls wait for a connection.
   * @throws {StoreError} if it fails.
   */
  run<Row>({ name, text, values, ...work }: Statement): Promise<StatementResult<Row>> {
    return this.#track(
      work,
      (query) => query<Row>(text, values, this.#isPreparing ? name : undefined),
    );
  }

  /**
   * Prepares, from now on, each named statement once in each connection. Not for a pooler that
   * distributes the statements of a client over several connections.
   */
  prepareStatements(): void {
    this.#isPreparing = true;
  }

  /**
   * Runs several statements in one transaction (read committed).
   *
   * @throws {StoreError} if one fails.
   */
  transaction<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    return this.#track(work, async (query) => {
      await query("BEGIN ISOLATION LEVEL READ COMMITTED");
      try {
        const result = await body(query);
        await query("COMMIT");
        return result;
      } catch (thrown) {
        // Fails too if the connection is lost, which ends the transaction anyway.
        await query("ROLLBACK").catch(() => {});
        throw thrown;
      }
    });
  }

  /**
   * Waits for running statements, then closes every connection. Do not run statements
   * afterwards.
   */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#pool.end();
  }

  async #track<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    const waiting = this.#running.size - this.#maxConnections;
    if (!work.isUrgent && waiting >= this.#maxQueue) {
      throw new StoreBusyError(
        `Cannot ${work.purpose} in PostgreSQL at ${this.address}: ${waiting} calls wait for a ` +
          `connection: expected fewer than ${this.#maxQueue} ("maxQueue"); nothing was sent: ` +
          "call again later",
      );
    }
    const running = this.#retry(work, body).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return await running;
  }

  async #retry<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    for (let retry = 0;; retry++) {
      try {
        return await this.#attempt(body);
      } catch (thrown) {
        if (!(thrown instanceof PostgresFailure)) throw thrown;
        const isSafe = thrown.hadNoEffect || work.isRepeatable;
        if (thrown.retry !== "now" || !isSafe || retry >= this.#retries) {
          throw this.#makeError(work, thrown);
        }
      }
      const delay = Math.min(FIRST_DELAY * 2 ** retry, MAX_DELAY) * (0.5 + this.#random());
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }

  async #attempt<Result>(body: (query: Query) => Promise<Result>): Promise<Result> {
    const connection: Connection = await this.#pool.connect().catch((thrown) => {
      throw new PostgresFailure(thrown, { isSent: false });
    });
    let isBroken = false;
    const query: Query = async <Row>(
      text: string,
      values: readonly unknown[] = [],
      name?: string,
    ) => {
      try {
        const { rows, rowCount } = name === undefined
          ? await connection.query(text, values)
          : await connection.query({ name, text, values });
        return { rows: rows as readonly Row[], count: rowCount ?? 0 };
      } catch (thrown) {
        const failure = new PostgresFailure(thrown, { isSent: true });
        isBroken ||= failure.isBroken;
        throw failure;
      }
    };
    try {
      return await body(query);
    } finally {
      connection.release(isBroken);
    }
  }

  #makeError({ purpose, isRepeatable }: Work, cause: PostgresFailure): StoreError {
    const isUnknown = !cause.hadNoEffect && !isRepeatable;
    const doubt = isUnknown ? "; it may have happened nevertheless" : "";
    const message = `Cannot ${purpose} in PostgreSQL at ${this.address}: ${cause.message}${doubt}`;
    return new StoreError(message, { isRetryable: cause.retry !== "never", isUnknown, cause });
  }
}
