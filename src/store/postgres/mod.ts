/**
 * A store for the sessions of many machines, in PostgreSQL 12 or newer.
 *
 * It is built on `npm:pg`. The tables are in a schema of their own, `nomos_agent`,
 * and are made by the first that opens the store.
 *
 * @example
 * ```ts
 * import { postgresStore } from "@nomos/agent/postgres";
 *
 * const url = Deno.env.get("DATABASE_URL"); // postgres://user:password@host:5432/database
 * if (url !== undefined) {
 *   const store = await postgresStore(url);
 *   console.log((await store.list({ limit: 10 })).sessions.map(({ id }) => id));
 *   await store.close();
 * }
 * ```
 *
 * @module
 */
export { postgresStore } from "./postgres_store.ts";
export type { PostgresSsl, PostgresStoreOptions } from "./postgres_options.ts";
