/**
 * The part of `npm:pg` that the store uses, by types of its own, with two gaps
 * closed: a connection that fails while nobody listens never ends the process, and
 * one that did not come about is not left half open.
 *
 * `npm:postgres` will not do: it throws where nobody can catch it when a
 * connection dies in a transaction.
 *
 * @module
 */
import pg from "pg";
import { reasonOf } from "../../errors.ts";

/** What a statement gave. */
export interface DriverResult {
  /** The rows, each by the names of its columns. */
  readonly rows: readonly unknown[];
  /** How many rows it gave or changed. */
  readonly rowCount: number | null;
}

/** A connection, as the pool lends it. */
export interface DriverConnection {
  /** Runs a statement and waits for its end. */
  query(text: string, values?: readonly unknown[]): Promise<DriverResult>;
  /** Gives the connection back, to be ended if `isBroken`. */
  release(isBroken?: boolean): void;
}

/** How to connect, by the names of `npm:pg`: https://node-postgres.com/apis/pool */
export interface DriverOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: () => string | undefined | Promise<string>;
  readonly ssl: boolean | DriverSsl;
  readonly application_name: string;
  readonly max: number;
  readonly connectionTimeoutMillis: number;
  readonly idleTimeoutMillis: number;
  readonly statement_timeout: number | false;
  readonly query_timeout: number;
}

/** TLS, by the names of `node:tls`. */
export interface DriverSsl {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

interface Client {
  connect(done: (error?: Error | null) => void): void;
  end(): Promise<void>;
  on(event: "error", listener: () => void): void;
}

type ClientClass = new (options: DriverOptions) => Client;

interface Pool {
  connect(): Promise<DriverConnection>;
  end(): Promise<void>;
  on(event: "error", listener: () => void): void;
}

interface Driver {
  readonly Client: ClientClass;
  readonly Pool: new (options: object) => Pool;
  readonly types: { getTypeParser(type: number, format?: string): (value: string) => unknown };
}

const { Client, Pool, types }: Driver = pg;

/** The number that PostgreSQL gives its type `bigint`. */
const BIGINT = 20;
/**
 * What a pooler says to a client that asks for a limit: its connections to the
 * server are shared, so it takes no settings it does not know to carry over.
 */
const REFUSED_TIMEOUT_REGEXP = /unsupported startup parameter\w*: statement_timeout/;

/** Connections that are lent to one user at a time. */
export class DriverPool {
  readonly #pool: Pool;
  #isTimed = true;

  /** Makes a pool; it connects when it is asked for a connection. */
  constructor(options: DriverOptions) {
    this.#pool = new Pool({
      ...options,
      Client: this.#connectionClass(),
      // These would be looked up in the environment otherwise.
      client_encoding: "UTF8",
      sslnegotiation: "postgres",
      keepAlive: true,
      types: {
        // The numbers of sessions and entries are far below those that are not exact.
        getTypeParser: (type: number, format?: string) =>
          type === BIGINT ? Number : types.getTypeParser(type, format),
      },
    });
    this.#pool.on("error", () => {});
  }

  /** A connection: one that is free, or a new one. It is given back by its `release()`. */
  async connect(): Promise<DriverConnection> {
    try {
      return await this.#pool.connect();
    } catch (thrown) {
      if (!REFUSED_TIMEOUT_REGEXP.test(reasonOf(thrown))) throw thrown;
      this.#isTimed = false;
      return await this.#pool.connect();
    }
  }

  /** Ends every connection, those that are lent when they are given back. */
  end(): Promise<void> {
    return this.#pool.end();
  }

  #connectionClass(): ClientClass {
    const isTimed = () => this.#isTimed;
    return class Connection extends Client {
      constructor(options: DriverOptions) {
        // The pool hides the password from those who copy the options.
        const { password } = options;
        super(isTimed() ? options : { ...options, password, statement_timeout: false });
        // Who runs a statement is told by its promise, and there is nobody else to tell.
        this.on("error", () => {});
      }

      override connect(done: (error?: Error | null) => void): void {
        super.connect((error) => {
          if (error) void this.end();
          done(error);
        });
      }
    };
  }
}
