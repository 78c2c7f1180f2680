/**
 * Owner locks: they let a process detect that the owner of a lease is dead.
 *
 * An owner lock is an advisory lock of a session of PostgreSQL. The server releases it when the
 * connection ends, a few milliseconds after the process dies.
 *
 * @module
 */
import { ownerPrefixOf } from "../backend/backend.ts";
import { type Client, makeClient } from "./connection_pool.ts";
import type { Database } from "./database.ts";
import { MAX_NAME_LENGTH } from "./postgres_address.ts";
import type { PostgresSettings } from "./postgres_options.ts";

/** Name of an owner lock before the token of the process. */
export const OWNER_LOCK = "nomos_agent owner ";
/** Delay between attempts to connect again, in milliseconds. */
const RECONNECT_DELAY = 1_000;

/** Owner lock of an open store, on a connection of its own. */
export class OwnerLock {
  /** Prefix of the lease owners of this process. */
  readonly ownerPrefix: string;
  readonly #token: string = crypto.randomUUID();
  readonly #options: PostgresSettings["pool"];
  #client: Client | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  private constructor({ pool }: PostgresSettings) {
    this.ownerPrefix = ownerPrefixOf(this.#token);
    this.#options = {
      ...pool,
      application_name: `lease owner of ${pool.application_name}`.slice(0, MAX_NAME_LENGTH),
      // A lock waits until the server has noticed that the connection before it ended.
      statement_timeout: false,
      query_timeout: undefined,
    };
  }

  /**
   * Acquires the lock. Returns undefined if there is no connection for it, or a pooler shares
   * connections between transactions; leases then last until they expire.
   */
  static async acquire(
    database: Database,
    settings: PostgresSettings,
  ): Promise<OwnerLock | undefined> {
    const lock = new OwnerLock(settings);
    try {
      const client = await lock.#connect();
      if (!await hasOwnConnection(client, database)) throw new Error("connections are shared");
      await lock.#lock(client);
      return lock;
    } catch {
      await lock.close();
      return undefined;
    }
  }

  /** Closes the connection, which releases the lock. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#client?.ref();
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<Client> {
    const client = this.#client = makeClient(this.#options);
    await client.connect();
    return client;
  }

  async #lock(client: Client): Promise<void> {
    client.on("end", () => void this.#reconnect());
    // Some servers close idle connections. Versions before 14 lack the setting.
    await client.query(
      `SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings
       WHERE name = 'idle_session_timeout'`,
    );
    await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [
      `${OWNER_LOCK}${this.#token}`,
    ]);
    // A program that does not close its store can end.
    client.unref();
  }

  /** Acquires the lock again. Until then, other processes take this one for dead. */
  async #reconnect(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#lock(await this.#connect());
    } catch {
      await this.#client?.end().catch(() => {});
      if (this.#isClosed) return;
      this.#timer = setTimeout(() => void this.#reconnect(), RECONNECT_DELAY);
    }
  }
}

/**
 * Returns true if a client has a connection to the server for itself. A pooler in transaction
 * mode lets another client use that connection, or the client another one.
 */
export async function hasOwnConnection(client: Client, database: Database): Promise<boolean> {
  const readPid = async () => {
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    return (rows[0] as { readonly pid: number }).pid;
  };
  const pid = await readPid();
  if (await readPid() !== pid) return false;
  const work = { purpose: "find out if a pooler shares connections", isRepeatable: true };
  return await database.transaction(work, async (query) => {
    const { rows } = await query<{ readonly pid: number }>("SELECT pg_backend_pid() AS pid");
    return rows[0]!.pid !== pid && await readPid() === pid;
  });
}
