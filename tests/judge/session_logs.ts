/**
 * Logs of JSON values in a store, with the hash chain of sessions.
 *
 * @module
 */
import { ConflictError, type Store } from "@nomos/agent/store";
import {
  checkChain,
  firstHash,
  type Link,
  makeDamagedError,
  nextHash,
} from "../../src/store/entry/hash_chain.ts";

/** Maximum number of entries read at once. */
const PAGE = 100;
/** Time to live of a lease, in milliseconds. */
const LEASE_TIME = 10_000;

/** Appends JSON values to logs in a store, and reads them. */
export class SessionLogs {
  readonly #store: Store;
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** Creates logs in a store. */
  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Reads all values of a log; empty if there is no log.
   *
   * @throws {SessionDamagedError} if an entry is missing or was changed.
   */
  async read(id: string): Promise<readonly unknown[]> {
    const session = await this.#store.read(id);
    if (session === undefined) return [];
    const values: unknown[] = [];
    let link: Link = { head: 0, hash: firstHash(id) };
    while (link.head < session.head) {
      const limit = Math.min(PAGE, session.head - link.head);
      const entries = await this.#store.entries(id, { from: link.head, limit });
      if (entries.length === 0) throw makeDamagedError(id, `entry ${link.head} is missing`);
      link = checkChain(id, link, entries);
      for (const { body } of entries) values.push(JSON.parse(body));
    }
    if (link.hash !== session.hash) throw makeDamagedError(id, "its last entry is another one");
    return values;
  }

  /** Appends to a log, and creates it if it is missing. Concurrent writes are queued. */
  append(id: string, value: unknown): Promise<void> {
    const write = () => this.#append(id, JSON.stringify(value));
    const written = this.#lastWrite.then(write, write);
    this.#lastWrite = written;
    return written;
  }

  /** Lists the ids of all logs with a prefix, in order. */
  async *ids(prefix: string): AsyncGenerator<string, void, void> {
    let after: string | undefined;
    do {
      const page = { prefix, ...(after !== undefined && { after }) };
      const { sessions, next } = await this.#store.list(page);
      for (const { id } of sessions) yield id;
      after = next;
    } while (after !== undefined);
  }

  /** Deletes a log. */
  async delete(id: string): Promise<void> {
    await this.#store.delete(id);
  }

  async #append(id: string, body: string): Promise<void> {
    const store = this.#store;
    await this.#ensureCreated(id);
    const lease = await store.claim(id, { owner: crypto.randomUUID(), ttl: LEASE_TIME });
    if (lease === undefined) {
      throw new Error(`Cannot append to log "${id}": another writer holds its lease`);
    }
    try {
      const session = await store.read(id);
      if (session === undefined) throw new Error(`Cannot append to log "${id}": it was deleted`);
      const { head } = session;
      const entry = { seq: head, body, hash: nextHash(session.hash, body) };
      await store.append(lease, { head, entries: [entry] });
    } finally {
      await store.release(lease);
    }
  }

  async #ensureCreated(id: string): Promise<void> {
    if (await this.#store.read(id) !== undefined) return;
    try {
      await this.#store.create(id, { meta: "{}", hash: firstHash(id) });
    } catch (error) {
      // Another writer has created it in the meantime.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
