/**
 * A store of durable sessions in a SQLite file, for the processes of one machine. It needs no server
 * and no dependency.
 *
 * In Deno, allow the folder of the file, best one for it alone:
 * `--allow-read=data --allow-write=data`.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { sqliteStore } from "@nomos/agent/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello"), decide.respond("Hello again")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const file = `${await Deno.makeTempDir()}/agent.db`;
 * const store = await sqliteStore(file);
 * await (await agent.openSession("ann", { store })).next("Hi");
 * await store.close();
 *
 * // In another process, or after a restart:
 * const reopened = await sqliteStore(file);
 * const session = await agent.openSession("ann", { store: reopened });
 * assertEquals((await session.next("Me again")).response, "Hello again");
 * await reopened.close();
 * ```
 *
 * @module
 */
export { sqliteStore } from "./sqlite_store.ts";
export type { SqliteStore, SqliteStoreOptions } from "./sqlite_store.ts";
