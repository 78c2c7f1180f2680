/**
 * A store of durable sessions in PostgreSQL 12 or newer, for the processes of many machines.
 *
 * The first process that opens the store creates its tables, in the schema `nomos_agent`. The driver
 * is `npm:pg`. In Deno it needs `--allow-net` with the server's host and port, and
 * `--allow-env=PGBINARY,PGOPTIONS,PGREPLICATION`, which the driver reads.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { postgresStore } from "@nomos/agent/postgres";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const url = Deno.env.get("DATABASE_URL"); // postgres://user:password@host:5432/database
 * if (url !== undefined) {
 *   const store = await postgresStore(url);
 *   const session = await agent.openSession(crypto.randomUUID(), { store });
 *   assertEquals((await session.next("Hi")).response, "Hello");
 *   await store.delete(session.id);
 *   await store.close();
 * }
 * ```
 *
 * @module
 */
export { postgresStore } from "./postgres_store.ts";
export type { PostgresSsl, PostgresStoreOptions } from "./postgres_options.ts";
