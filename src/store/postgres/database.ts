/**
 * Running statements: who connects, what is sent again, and what a failure becomes.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { StoreError } from "../store_errors.ts";
import { storeClosed } from "../store_refusals.ts";
import { type DriverConnection, type DriverOptions, DriverPool, type DriverSsl } from "./driver.ts";
import { PostgresFailure } from "./failure.ts";
import { placeOf, type PostgresAddress } from "./postgres_address.ts";
import type { PostgresSsl, SettledOptions } from "./postgres_options.ts";

/** What one or several statements are to do. */
export interface Work {
  /** What it is for, after "Cannot", for example `read session "a"`. */
  readonly purpose: string;
  /** Whether doing it twice is as doing it once, so that it may be sent again whatever happened. */
  readonly isRepeatable: boolean;
}

/** One statement. */
export interface Statement extends Work {
  /** The SQL. */
  readonly text: string;
  /** What `$1`, `$2` and so on stand for. */
  readonly values: readonly unknown[];
}

/** What a statement gave. */
export interface StatementResult<Row> {
  /** The rows. */
  readonly rows: readonly Row[];
  /** How many rows it gave or changed. */
  readonly count: number;
}

/** Runs a statement of a transaction. */
export type Query = <Row>(
  text: string,
  values?: readonly unknown[],
) => Promise<StatementResult<Row>>;

/** What a database goes by that is not for the user to choose. */
export interface DatabaseParts {
  /** How much longer than the server's limit to wait for its answer, in milliseconds. Default: 5,000. */
  readonly grace?: number;
  /** Spreads the waits of those who send again. Default: `Math.random`. */
  readonly random?: Random;
}

/** The wait before a statement is sent again the first time, in milliseconds. */
const FIRST_WAIT = 50;
/** The longest wait before it is sent again, in milliseconds. */
const LAST_WAIT = 1_000;

/** A database with a pool of connections. */
export class Database {
  /** Where it is, for messages. */
  readonly place: string;
  readonly #retries: number;
  readonly #random: Random;
  readonly #pool: DriverPool;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** Makes a database; nothing is connected yet. */
  constructor(address: PostgresAddress, options: SettledOptions, parts: DatabaseParts = {}) {
    const { grace = 5_000, random = Math.random } = parts;
    this.place = placeOf(address);
    this.#retries = options.retries;
    this.#random = random;
    this.#pool = new DriverPool(driverOptions(address, options, grace));
  }

  /**
   * Runs one statement, which is a transaction of its own.
   *
   * @throws {StoreError} if it failed, or the database is closed.
   */
  run<Row>({ text, values, ...work }: Statement): Promise<StatementResult<Row>> {
    return this.#track(work, (query) => query<Row>(text, values));
  }

  /**
   * Runs several statements, all or none. Each sees what others committed before it.
   *
   * @throws {StoreError} if one failed, or the database is closed.
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

  /** Refuses what is new, waits for what is running, and ends every connection. */
  close(): Promise<void> {
    return this.#closing ??= Promise.allSettled(this.#running).then(() => this.#pool.end());
  }

  async #track<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw storeClosed("postgres");
    const running = this.#persist(work, body);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #persist<Result>(work: Work, body: (query: Query) => Promise<Result>): Promise<Result> {
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
      await wait(Math.min(FIRST_WAIT * 2 ** retry, LAST_WAIT) * (0.5 + this.#random()));
    }
  }

  async #attempt<Result>(body: (query: Query) => Promise<Result>): Promise<Result> {
    const connection = await this.#connect();
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

  async #connect(): Promise<DriverConnection> {
    try {
      return await this.#pool.connect();
    } catch (thrown) {
      throw new PostgresFailure(thrown, { isSent: false });
    }
  }

  #errorOf({ purpose, isRepeatable }: Work, cause: PostgresFailure): StoreError {
    const isUnknown = !cause.isCertain && !isRepeatable;
    const doubt = isUnknown ? "; it may have been done all the same" : "";
    const message = `Cannot ${purpose} in PostgreSQL at ${this.place}: ${cause.message}${doubt}`;
    return new StoreError(message, { isRetryable: cause.prospect !== "never", isUnknown, cause });
  }
}

function driverOptions(
  address: PostgresAddress,
  options: SettledOptions,
  grace: number,
): DriverOptions {
  const { host, port, database, user } = address;
  return {
    host,
    port,
    database,
    user,
    password: options.password ?? (() => address.password),
    ssl: driverSsl(options.ssl ?? address.ssl ?? false),
    application_name: options.applicationName ?? address.applicationName ?? "nomos-agent",
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectionTimeout,
    idleTimeoutMillis: options.idleTimeout,
    statement_timeout: options.statementTimeout,
    query_timeout: options.statementTimeout + grace,
  };
}

function driverSsl(ssl: boolean | PostgresSsl): boolean | DriverSsl {
  if (typeof ssl === "boolean") return ssl;
  const { verify = true, ca, cert, key } = ssl;
  return {
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
