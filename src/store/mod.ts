/**
 * Stores of durable sessions. `agent.openSession(id, { store })` commits every event of a session to
 * a store, so that another process can continue it.
 *
 * | store | opened by | for |
 * | --- | --- | --- |
 * | memory | {@linkcode memoryStore} | tests |
 * | SQLite | `sqliteStore()` of `@nomos/agent/sqlite` | one machine |
 * | PostgreSQL | `postgresStore()` of `@nomos/agent/postgres` | many machines |
 *
 * {@linkcode signState} and {@linkcode openState} protect a state that a client holds.
 * {@linkcode openStore} opens any of them by a URL. A store of your own implements
 * {@linkcode Store} and must pass `storeContract()` of `@nomos/agent/testing`.
 *
 * @example Continue a session in another process
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { openStore } from "@nomos/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello"), decide.respond("Hello again")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const store = await openStore("memory:"); // or "sqlite:agent.db", or "postgres://…"
 * await (await agent.openSession("ann", { store })).next("Hi");
 *
 * // In another process, with the same SQLite file or the same PostgreSQL database:
 * const session = await agent.openSession("ann", { store });
 * assertEquals((await session.next("Me again")).response, "Hello again");
 * await store.close();
 * ```
 *
 * @module
 */
export { memoryStore } from "./backend/memory.ts";
export type { MemoryStoreOptions } from "./backend/memory.ts";
export { openStore } from "./open_store.ts";
export { resumeInterrupted } from "./resume_interrupted.ts";
export type {
  ContextOf,
  ResumableAgent,
  ResumableSession,
  ResumeArguments,
  ResumeOptions,
  ResumeReport,
} from "./resume_interrupted.ts";
export { openState, signState } from "./signed_state.ts";
export type { OpenStateOptions, SignStateOptions, StateKey } from "./signed_state.ts";
export type {
  Append,
  ClaimAppend,
  ClaimedLease,
  EntryRange,
  ExpireOptions,
  Lease,
  LeaseClaim,
  LeaseState,
  ListedSession,
  ListPage,
  NewSession,
  RestingStatus,
  SessionList,
  Store,
  StoredBlob,
  StoredEntry,
  StoredSession,
  StoredSnapshot,
  VerifiableStore,
} from "./store.ts";
export {
  ConflictError,
  LeaseLostError,
  SessionDamagedError,
  StoreBusyError,
  StoreError,
  StoreVersionError,
} from "./store_errors.ts";
export type { StoreErrorOptions } from "./store_errors.ts";
