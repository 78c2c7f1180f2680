/**
 * Running statements: connecting, sending again, and the error of a failure.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { StoreError } from "../store_errors.ts";
import { type Connection, type ConnectionPool, makePool } from "./connection_pool.ts";
import { PostgresFailure } from "./failure.ts";
import type { PostgresSettings } from "./postgres_options.ts";

/** The purpose of one or several statements. */
export interface Work {
  /** What is done, after "Cannot", for example `read session "a"`. */
  readonly purpose: string;
  /** If true, doing it twice is as doing it once, so that it may be sent again whatever happened. */
  readonly isRepeatable: boolean;
}

/** One statement. */
export interface Statement extends Work {
  /** The SQL. */
  readonly text: string;
  /** The values of `$1`, `$2` and so on. */
  readonly values: readonly unknown[];
}

/** The result of a statement. */
export interface StatementResult<Row> {
  /** The rows. */
  readonly rows: readonly Row[];
  /** The number of rows it returned or changed. */
  readonly count: number;
}

/** Runs a statement of a transaction. */
export type Query = <Row>(
  text: string,
  values?: readonly unknown[],
) => Promise<StatementResult<Row>>;

/** Delay before the first retry, in milliseconds. It doubles with each. */
const FIRST_DELAY = 50;
/** Maximum delay between attempts, in milliseconds. */
const MAX_DELAY = 1_000;

/** A database with a pool of connections. */
export class Database {
  /** The address, for messages. */
  readonly place: string;
  readonly #retries: number;
  readonly #random: Random;
  readonly #pool: ConnectionPool;
  readonly #running = new Set<Promise<unknown>>();

  /** Makes a database; nothing is connected yet. `random` spreads the delays of retries. */
  constructor({ place, retries, pool }: PostgresSettings, random: Random = Math.random) {
    this.place = place;
    this.#retries = retries;
    this.#random = random;
    this.#pool = makePool(pool);
  }

  /**
   * Runs one statement, which is a transaction of its own.
   *
   * @throws {StoreError} if it failed.
   */
  run<Row>({ text, values, ...work }: Statement): Promise<StatementResult<Row>> {
    return this.#track(work, (query) => query<Row>(text, values));
  }

  /**
   * Runs several statements, all or none. Each sees what others committed before it.
   *
   * @throws {StoreError} if one failed.
   */
  transaction<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    return this.#track(work, async (query) => {
      await query("BEGIN ISOLATION LEVEL READ COMMITTED");
      try {
        const result = await body(query);
        await query("COMMIT");
        return result;
      } catch (thrown) {
        // Where the connection is lost, this fails too, and the transaction is over in any case.
        await query("ROLLBACK").catch(() => {});
        throw thrown;
      }
    });
  }

  /** Waits for what is running, and ends every connection. Nothing is run from then on. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#pool.end();
  }

  #track<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    const running = this.#retry(work, body).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  async #retry<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    for (let retry = 0;; retry++) {
      try {
        return await this.#attempt(body);
      } catch (thrown) {
        if (!(thrown instanceof PostgresFailure)) throw thrown;
        const isSafe = thrown.isCertain || work.isRepeatable;
        if (thrown.prospect !== "now" || !isSafe || retry >= this.#retries) {
          throw this.#errorOf(work, thrown);
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
    const query: Query = async <Row>(text: string, values?: readonly unknown[]) => {
      try {
        const { rows, rowCount } = await connection.query(text, values);
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

  #errorOf({ purpose, isRepeatable }: Work, cause: PostgresFailure): StoreError {
    const isUnknown = !cause.isCertain && !isRepeatable;
    const doubt = isUnknown ? "; it may have been done all the same" : "";
    const message = `Cannot ${purpose} in PostgreSQL at ${this.place}: ${cause.message}${doubt}`;
    return new StoreError(message, { isRetryable: cause.prospect !== "never", isUnknown, cause });
  }
}
