/**
 * The connection pool of `npm:pg`, with two gaps closed: a connection that fails
 * while nobody listens never ends the process, and one that was not established is
 * not left half open.
 *
 * `npm:postgres` will not do: it throws where nobody can catch it when a
 * connection dies in a transaction.
 *
 * @module
 */
import pg from "pg";
import { reasonOf } from "../../errors.ts";

/** A connection that is checked out of a pool. */
export interface Connection {
  /** Runs a statement and waits for its end. `rowCount` also counts rows that were changed. */
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>;
  /** Returns the connection to the pool, which closes it if `isBroken`. */
  release(isBroken?: boolean): void;
}

/** Connections, each for one user at a time. */
export interface ConnectionPool {
  /** Checks out a connection: an idle one, or a new one. */
  connect(): Promise<Connection>;
  /** Closes every connection, those that are checked out when they are released. */
  end(): Promise<void>;
}

type PoolOptions = Readonly<Record<string, unknown>>;

interface Emitter {
  on(event: "error", listener: () => void): void;
}

interface Client extends Emitter {
  connect(done: (error?: Error | null) => void): void;
  end(): Promise<void>;
}

interface Driver {
  readonly Client: new (options: PoolOptions) => Client;
  readonly Pool: new (options: PoolOptions) => ConnectionPool & Emitter;
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

/** Makes a pool; it connects when it is asked for a connection. */
export function makePool(options: PoolOptions): ConnectionPool {
  let hasTimeout = true;
  class PooledClient extends Client {
    constructor(options: PoolOptions) {
      // The pool hides the password from those who copy the options.
      const { password } = options;
      super(hasTimeout ? options : { ...options, password, statement_timeout: false });
      // The promise of a statement rejects too, and there is nobody else to notify.
      this.on("error", () => {});
    }

    override connect(done: (error?: Error | null) => void): void {
      super.connect((error) => {
        if (error) void this.end();
        done(error);
      });
    }
  }
  const pool = new Pool({
    ...options,
    Client: PooledClient,
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
  pool.on("error", () => {});
  return {
    connect: () =>
      pool.connect().catch((error) => {
        if (!REFUSED_TIMEOUT_REGEXP.test(reasonOf(error))) throw error;
        hasTimeout = false;
        return pool.connect();
      }),
    end: () => pool.end(),
  };
}
