/**
 * Where the logs of sessions live: what a {@linkcode Store} promises, a store
 * without a database, and {@linkcode openStore}, which opens any by its URL. Your
 * own store must pass `storeContract()` of `@nomos/agent/testing`.
 *
 * @example
 * ```ts
 * import { openStore } from "@nomos/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * const store = await openStore("memory:");
 * await store.create("chat-1", { meta: "{}", hash: "00" });
 * const { sessions } = await store.list({ prefix: "chat-" });
 * assertEquals(sessions.map(({ id, head }) => [id, head]), [["chat-1", 0]]);
 * ```
 *
 * @module
 */
export { memoryStore } from "./memory.ts";
export type { MemoryStoreOptions } from "./memory.ts";
export { openStore } from "./open_store.ts";
export type {
  Append,
  EntryRange,
  Lease,
  LeaseClaim,
  ListPage,
  NewSession,
  SessionList,
  Store,
  StoredEntry,
  StoredSession,
  StoredSnapshot,
} from "./store.ts";
export {
  ConflictError,
  LeaseLostError,
  SessionDamagedError,
  StoreError,
  StoreVersionError,
} from "./store_errors.ts";
export type { StoreErrorOptions } from "./store_errors.ts";
