/**
 * A store of sessions in a SQLite file: durable, and without a server.
 *
 * @example
 * ```ts
 * import { sqliteStore } from "@nomos/agent/sqlite";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const store = await sqliteStore(`${await Deno.makeTempDir()}/agent.db`);
 * await store.create("chat-1", { meta: "{}", hash: "00" });
 * const lease = await store.claim("chat-1", { owner: "me", ttl: 30_000 });
 * assert(lease !== undefined);
 * const entries = [{ seq: 0, body: '{"type":"user","text":"Hi"}', hash: "a1" }];
 * await store.append(lease, { head: 0, entries });
 * assertEquals(await store.entries("chat-1", { from: 0, limit: 10 }), entries);
 * await store.close();
 * ```
 *
 * @module
 */
export { sqliteStore } from "./sqlite_store.ts";
export type { SqliteStore, SqliteStoreOptions } from "./sqlite_store.ts";
