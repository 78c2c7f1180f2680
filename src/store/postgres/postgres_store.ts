/**
 * Opening the store in PostgreSQL.
 *
 * @module
 */
import { makeStore } from "../backend.ts";
import type { Store } from "../store.ts";
import { Database } from "./database.ts";
import { postgresBackend } from "./postgres_backend.ts";
import { type PostgresStoreOptions, readSettings } from "./postgres_options.ts";
import { prepareTables } from "./tables.ts";

/**
 * Opens a store in a PostgreSQL database, for the sessions of many machines.
 *
 * The first to open it makes the tables, for which the role needs the right to
 * create the schema, or in it if there is one. The database must be in UTF-8.
 *
 * Leases go by the clock of the database. What is resolved is committed, as
 * durably as the server is set to (`synchronous_commit`, `fsync`). A statement that
 * certainly was not done is sent again a few times; one whose answer was lost never
 * is, and fails with `isUnknown`. Every {@linkcode StoreError} of the server has a
 * `cause` with the SQLSTATE as `code`.
 *
 * It works through a pooler, in transaction mode too. Close the store when it is
 * no longer used: its connections keep a program from ending for `idleTimeout`.
 *
 * In Deno it needs `--allow-net=host:port`, and
 * `--allow-env=PGBINARY,PGOPTIONS,PGREPLICATION`, which the driver reads, or
 * `--ignore-env` so that it finds none of them.
 *
 * @param url For example `postgres://user:password@host:5432/database`. A host that
 *   is missing is `localhost`, a port 5432, a database the one with the user's name.
 *   Parameters: `sslmode` (`disable`, the default; `require` and `verify-full`, which
 *   both verify the server; `no-verify`), `application_name`, and `host` for the
 *   folder of a Unix socket. No error shows the password.
 * @throws {ConfigError} if the URL or an option cannot be used.
 * @throws {StoreError} if the database cannot be reached, or the tables cannot be made.
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
): Promise<Store> {
  const settings = readSettings(url, options);
  const database = new Database(settings);
  try {
    await prepareTables(database, settings.schema);
  } catch (error) {
    await database.close();
    throw error;
  }
  return makeStore("postgres", postgresBackend(database, settings.schema));
}
