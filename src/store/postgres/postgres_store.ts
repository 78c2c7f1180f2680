/**
 * PostgreSQL store.
 *
 * @module
 */
import { makeStore } from "../backend/backend.ts";
import type { VerifiableStore } from "../store.ts";
import { Database } from "./database.ts";
import { OwnerLock } from "./owner_lock.ts";
import { postgresBackend } from "./postgres_backend.ts";
import { type PostgresStoreOptions, readSettings } from "./postgres_options.ts";
import { prepareTables } from "./tables.ts";

/**
 * Opens a store in a PostgreSQL database, for sessions shared by many machines.
 *
 * The first process that opens the store creates its tables. For this, the role needs the
 * right to create the schema, or to create tables in it if it exists. The encoding of the
 * database must be UTF-8.
 *
 * Close the store when it is no longer used. Otherwise its idle connections keep the
 * program running for `idleTimeout`.
 *
 * Leases use the clock of the database. Writes are committed when their promise resolves,
 * as durably as the server is configured (`synchronous_commit`, `fsync`). A statement that
 * certainly had no effect is retried, and so is one that can be repeated. Another write whose
 * reply was lost is not retried: it rejects with a {@linkcode StoreError} that has `isUnknown`.
 * The `cause` of every error of the server has the SQLSTATE as its `code`.
 *
 * One more connection holds a lock, by which other processes detect at once that this one died, and
 * take over its sessions. Connection poolers are supported, also in transaction mode, which is
 * detected when the store opens. A session whose process died can then only be continued when its
 * lease has expired, and statements are not prepared.
 *
 * In Deno it needs `--allow-net=host:port` and
 * `--allow-env=PGBINARY,PGOPTIONS,PGREPLICATION`, because the driver reads these
 * variables; `--ignore-env` also works, and hides them from the driver.
 *
 * @param url For example `postgres://user:password@host:5432/database`. The default host
 *   is `localhost`, the default port 5432, and the default database has the user's name.
 *   Parameters: `sslmode` (`disable`, the default; `require` and `verify-full`, which
 *   both verify the server; `no-verify`), `application_name`, and `host` for the
 *   folder of a Unix socket. No error message contains the password.
 * @throws {ConfigError} if the URL or an option is invalid.
 * @throws {StoreError} if the database cannot be reached or the tables cannot be created.
 * @throws {StoreVersionError} if a newer release made the tables.
 *
 * @example
 * ```ts
 * import { postgresStore } from "@nomos/agent/postgres";
 *
 * const url = Deno.env.get("DATABASE_URL");
 * if (url !== undefined) {
 *   const store = await postgresStore(url, { maxConnections: 20 });
 *   try {
 *     const { sessions } = await store.list({ prefix: "support/" });
 *     console.log(sessions.map(({ id, head }) => `${id}: ${head} entries`));
 *   } finally {
 *     await store.close();
 *   }
 * }
 * ```
 */
export async function postgresStore(
  url: string | URL,
  options: PostgresStoreOptions = {},
): Promise<VerifiableStore> {
  const settings = readSettings(url, options);
  const database = new Database(settings);
  try {
    await prepareTables(database, settings.schema);
  } catch (error) {
    await database.close();
    throw error;
  }
  const owner = await OwnerLock.acquire(database, settings);
  if (owner !== undefined) database.prepareStatements();
  const backend = postgresBackend(database, settings.schema);
  const close = async () => {
    await backend.close();
    await owner?.close();
  };
  return makeStore("postgres", {
    ...backend,
    ...(owner && { ownerPrefix: owner.ownerPrefix }),
    close,
  });
}
