/**
 * Logs of JSON in a store, written and read as sessions write and read theirs.
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
} from "../../src/store/hash_chain.ts";

/** How many entries are read at once. */
const PAGE = 100;
/** How long the right to write is held at most, in milliseconds. */
const LEASE_TIME = 10_000;

/** Logs of JSON in a store. */
export class SessionLogs {
  readonly #store: Store;
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** Keeps the logs in a store. */
  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * All of a log; empty if there is none.
   *
   * @throws {SessionDamagedError} if it is not as it was written.
   */
  async read(id: string): Promise<readonly unknown[]> {
    const session = await this.#store.read(id);
    if (session === undefined) return [];
    const values: unknown[] = [];
    let link: Link = { head: 0, hash: await firstHash(id) };
    while (link.head < session.head) {
      const limit = Math.min(PAGE, session.head - link.head);
      const entries = await this.#store.entries(id, { from: link.head, limit });
      if (entries.length === 0) throw makeDamagedError(id, `entry ${link.head} is missing`);
      link = await checkChain(id, link, entries);
      for (const { body } of entries) values.push(JSON.parse(body));
    }
    if (link.hash !== session.hash) throw makeDamagedError(id, "its last entry is another one");
    return values;
  }

  /** Appends to a log, which is made if there is none. One write at a time: tasks of a graph write at once. */
  append(id: string, value: unknown): Promise<void> {
    const write = () => this.#append(id, JSON.stringify(value));
    const written = this.#lastWrite.then(write, write);
    this.#lastWrite = written;
    return written;
  }

  /** The ids of all logs that begin so, in order. */
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
    await this.#make(id);
    const lease = await store.claim(id, { owner: crypto.randomUUID(), ttl: LEASE_TIME });
    if (lease === undefined) {
      throw new Error(`Cannot write ${id}: another writer has it: expected it to be done`);
    }
    try {
      const session = await store.read(id);
      if (session === undefined) throw new Error(`Cannot write ${id}: it was deleted`);
      const { head } = session;
      const entry = { seq: head, body, hash: await nextHash(session.hash, body) };
      await store.append(lease, { head, entries: [entry] });
    } finally {
      await store.release(lease);
    }
  }

  async #make(id: string): Promise<void> {
    if (await this.#store.read(id) !== undefined) return;
    try {
      await this.#store.create(id, { meta: "{}", hash: await firstHash(id) });
    } catch (error) {
      // Somebody else was faster, which is as good.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
