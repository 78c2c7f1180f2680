/**
 * Connection pool of `npm:pg`, with two fixes: an error on an idle connection does not
 * end the process, and a connection that could not be established is closed.
 *
 * `npm:postgres` is not used, because it throws an uncaught error if a connection is
 * lost during a transaction.
 *
 * @module
 */
import pg from "pg";
import { reasonOf } from "../../errors.ts";

/** Statement, prepared under its name once in each connection. */
interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Runs a statement. */
type RunQuery = (
  statement: string | NamedStatement,
  values?: readonly unknown[],
) => Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>;

/** Connection checked out of a pool. */
export interface Connection {
  /** Runs a statement. `rowCount` is the number of rows returned or changed. */
  readonly query: RunQuery;
  /** Returns the connection to the pool, which closes it if `isBroken`. */
  release(isBroken?: boolean): void;
}

/** Pool of connections, each checked out by one caller at a time. */
export interface ConnectionPool {
  /** Checks out a connection: an idle one, or a new one. */
  connect(): Promise<Connection>;
  /** Closes idle connections at once, and those that are checked out when they are released. */
  end(): Promise<void>;
}

type PoolOptions = Readonly<Record<string, unknown>>;

interface Emitter {
  on(event: "error" | "end", listener: () => void): void;
}

/** Connection outside of a pool. */
export interface Client extends Emitter {
  /** Connects. */
  connect(): Promise<void>;
  /** Connects, and calls `done`. */
  connect(done: (error?: Error | null) => void): void;
  /** Runs a statement. */
  readonly query: RunQuery;
  /** Allows the program to end while the connection is open. */
  unref(): void;
  /** Undoes `unref()`. */
  ref(): void;
  /** Closes the connection. */
  end(): Promise<void>;
}

interface Driver {
  readonly Client: new (options: PoolOptions) => Client;
  readonly Pool: new (options: PoolOptions) => ConnectionPool & Emitter;
  readonly types: { getTypeParser(type: number, format?: string): (value: string) => unknown };
}

const { Client, Pool, types }: Driver = pg;

/** Type id (OID) of `bigint`. */
const BIGINT = 20;
/**
 * Error of a pooler such as PgBouncer that does not support `statement_timeout` as a startup
 * parameter, because its clients share connections to the server.
 */
const REFUSED_TIMEOUT_REGEXP = /unsupported startup parameter\w*: statement_timeout/;

/** Set here, because otherwise pg reads them from environment variables. */
const DEFAULTS = { client_encoding: "UTF8", sslnegotiation: "postgres", keepAlive: true };

/** Makes a client, which is not connected yet. */
export function makeClient(options: PoolOptions): Client {
  const client = new Client({ ...options, ...DEFAULTS });
  client.on("error", () => {});
  return client;
}

/** Makes a pool. It connects when a connection is first checked out. */
export function makePool(options: PoolOptions): ConnectionPool {
  let hasTimeout = true;
  class PooledClient extends Client {
    constructor(options: PoolOptions) {
      // The pool makes the password non-enumerable, so a spread does not copy it.
      const { password } = options;
      super(hasTimeout ? options : { ...options, password, statement_timeout: false });
      // An unhandled "error" event would end the process; the promise of a statement rejects too.
      this.on("error", () => {});
    }

    override connect(): Promise<void>;
    override connect(done: (error?: Error | null) => void): void;
    override connect(done?: (error?: Error | null) => void): void | Promise<void> {
      if (done === undefined) return super.connect();
      super.connect((error) => {
        if (error) void this.end();
        done(error);
      });
    }
  }
  const pool = new Pool({
    ...options,
    ...DEFAULTS,
    Client: PooledClient,
    types: {
      // Numbers of sessions and entries stay far below the largest safe integer.
      getTypeParser: (type: number, format?: string) =>
        type === BIGINT ? Number : types.getTypeParser(type, format),
    },
  });
  pool.on("error", () => {});
  return {
    connect: async () => {
      try {
        // Throws at once if the driver may not read its environment variables.
        return await pool.connect();
      } catch (error) {
        if (!REFUSED_TIMEOUT_REGEXP.test(reasonOf(error))) throw error;
        hasTimeout = false;
        return await pool.connect();
      }
    },
    end: () => pool.end(),
  };
}
