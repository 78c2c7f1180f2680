// deno-lint-ignore-file require-await
/**
 * A store without a database.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type {
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
import {
  checkAppend,
  checkRange,
  checkSessionId,
  checkTtl,
  pageLength,
} from "./store_arguments.ts";
import { idTaken, leaseLost, noSession, otherHead, storeClosed } from "./store_refusals.ts";

/** Options of {@linkcode memoryStore}. */
export interface MemoryStoreOptions {
  /** The time in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
}

/**
 * A store that keeps sessions as long as it is referred to: for tests, and for
 * what may be lost. It keeps the whole contract but that it outlives nothing.
 *
 * @throws {ConfigError} if `clock` is no function.
 *
 * @example
 * ```ts
 * import { memoryStore } from "@nomos/agent/store";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const store = memoryStore();
 * await store.create("chat-1", { meta: "{}", hash: "00" });
 * const lease = await store.claim("chat-1", { owner: "me", ttl: 30_000 });
 * assert(lease !== undefined);
 * const entries = [{ seq: 0, body: '{"type":"user","text":"Hi"}', hash: "a1" }];
 * await store.append(lease, { head: 0, entries });
 * assertEquals(await store.entries("chat-1", { from: 0, limit: 10 }), entries);
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { clock = Date.now } = options;
  if (typeof clock !== "function") {
    throw new ConfigError(`Cannot keep sessions by clock ${quote(clock)}: expected a function`);
  }
  return new MemoryStore(clock);
}

interface Session {
  readonly meta: string;
  readonly firstHash: string;
  readonly createdAt: number;
  readonly entries: StoredEntry[];
  updatedAt: number;
  snapshot?: StoredSnapshot;
  lease?: { readonly owner: string; readonly epoch: number; until: number };
}

class MemoryStore implements Store {
  readonly name = "memory";
  readonly #clock: () => number;
  readonly #sessions = new Map<string, Session>();
  /** Counts on over all sessions, so that one created anew gives no epoch twice. */
  #epoch = 0;
  #isClosed = false;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  // Methods are asynchronous so that what they throw rejects; none of them waits,
  // so that each happens at once.

  async create(id: string, { meta, hash }: NewSession): Promise<void> {
    const sessions = this.#open();
    checkSessionId(id);
    if (sessions.has(id)) throw idTaken(id);
    const now = this.#clock();
    sessions.set(id, { meta, firstHash: hash, createdAt: now, updatedAt: now, entries: [] });
  }

  async read(id: string): Promise<StoredSession | undefined> {
    const session = this.#open().get(id);
    if (session === undefined) return undefined;
    const { snapshot } = session;
    return { ...describe(id, session), ...(snapshot && { snapshot: { ...snapshot } }) };
  }

  async entries(id: string, range: EntryRange): Promise<readonly StoredEntry[]> {
    const sessions = this.#open();
    checkRange(range);
    const { from, limit } = range;
    const entries = sessions.get(id)?.entries.slice(from, from + limit) ?? [];
    return entries.map((entry) => ({ ...entry }));
  }

  async claim(id: string, { owner, ttl, force }: LeaseClaim): Promise<Lease | undefined> {
    const session = this.#open().get(id);
    checkTtl(ttl);
    if (session === undefined) throw noSession(id);
    const now = this.#clock();
    if (session.lease !== undefined && session.lease.until > now && !force) return undefined;
    const epoch = ++this.#epoch;
    session.lease = { owner, epoch, until: now + ttl };
    return { id, owner, epoch };
  }

  async renew(lease: Lease, ttl: number): Promise<boolean> {
    const session = this.#leased(lease);
    checkTtl(ttl);
    if (session?.lease === undefined) return false;
    session.lease.until = this.#clock() + ttl;
    return true;
  }

  async release(lease: Lease): Promise<void> {
    delete this.#leased(lease)?.lease;
  }

  async append(lease: Lease, appended: Append): Promise<void> {
    const session = this.#leased(lease);
    checkAppend(appended);
    if (session === undefined) throw leaseLost(lease);
    const { head, snapshot } = appended;
    if (head !== session.entries.length) throw otherHead(lease, head, session.entries.length);
    const entries = appended.entries.map(({ seq, body, hash }) => ({ seq, body, hash }));
    for (const entry of entries) session.entries.push(entry);
    session.updatedAt = this.#clock();
    if (snapshot === undefined) return;
    const { hash } = entries.at(-1)!;
    session.snapshot = { head: head + entries.length, hash, body: snapshot };
  }

  async list(page: ListPage = {}): Promise<SessionList> {
    const sessions = this.#open();
    const limit = pageLength(page);
    const { prefix = "", after = "" } = page;
    const ids = [...sessions.keys()].filter((id) => id.startsWith(prefix) && id > after).sort();
    const shown = ids.slice(0, limit);
    return {
      sessions: shown.map((id) => describe(id, sessions.get(id)!)),
      ...(ids.length > limit && { next: shown.at(-1)! }),
    };
  }

  async delete(id: string): Promise<boolean> {
    return this.#open().delete(id);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#sessions.clear();
    return Promise.resolve();
  }

  #open(): Map<string, Session> {
    if (!this.#isClosed) return this.#sessions;
    throw storeClosed(this.name);
  }

  /** The session of a lease that holds. */
  #leased({ id, owner, epoch }: Lease): Session | undefined {
    const session = this.#open().get(id);
    const held = session?.lease;
    return held !== undefined && held.owner === owner && held.epoch === epoch ? session : undefined;
  }
}

function describe(id: string, session: Session): Omit<StoredSession, "snapshot"> {
  const { meta, firstHash, entries, createdAt, updatedAt } = session;
  const hash = entries.at(-1)?.hash ?? firstHash;
  return { id, meta, head: entries.length, hash, createdAt, updatedAt };
}
