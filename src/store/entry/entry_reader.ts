/**
 * Reading the entries of a session.
 *
 * @module
 */
import { nextTask } from "../../clock.ts";
import { quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Store, StoredEntry, StoredSession } from "../store.ts";
import { ConflictError, SessionDamagedError } from "../store_errors.ts";
import { fillEntry } from "./blobs.ts";
import { parseEvent } from "./entry_body.ts";
import { checkChain, type Link, makeDamagedError } from "./hash_chain.ts";

/** Maximum number of entries in one read. */
const PAGE_LENGTH = 2_000;

/** Place of a log in a store: that of a session, or of a child of it. */
export interface Address {
  /** Id of the session. */
  readonly id: string;
  /** Id of the child. Default: the session itself. */
  readonly child?: string | undefined;
}

/** Returns the id of the session or child. */
export function nameOf({ id, child = id }: Address): string {
  return child;
}

/** Address of a log that was found in a store. */
export interface FoundAddress extends Address {
  /** Metadata of the session or child, which no later session with its id has. */
  readonly meta: string;
}

/**
 * Rejects a session that is not the one that was found before, but has its id.
 *
 * @throws {ConflictError} if that session was deleted.
 */
export function checkIdentity(
  address: FoundAddress,
  found: Pick<StoredSession, "meta"> | undefined,
): asserts found {
  if (found?.meta === address.meta) return;
  const replaced = found === undefined ? "" : ", and another one was made with its id";
  throw new ConflictError(
    `Cannot continue session ${quote(nameOf(address))}: it was deleted${replaced}: expected the ` +
      "session that was opened; open it again",
  );
}

/** Page of entries, their events, and the point in the hash chain after them. */
export interface Page {
  readonly entries: readonly StoredEntry[];
  readonly events: readonly SessionEvent[];
  readonly link: Link;
}

/** Reads the entries of one session page by page. */
export class EntryReader {
  readonly #store: Store;
  readonly #address: FoundAddress;
  /** Id of the session or child. */
  readonly #id: string;

  /** Makes a reader without reading anything. */
  constructor(store: Store, address: FoundAddress) {
    this.#store = store;
    this.#address = address;
    this.#id = nameOf(address);
  }

  /**
   * Reads the entries from a point in the hash chain up to `end`, exclusive, and verifies their
   * hashes. Validates the events unless `validates` is false: only valid events are written, and
   * the hashes prove that they are unchanged.
   *
   * @throws {SessionDamagedError} if an entry is missing or damaged.
   * @throws {ConflictError} if the session was deleted meanwhile.
   * @throws {StateError} if a newer release wrote an entry.
   */
  async *pages(from: Link, end: number, validates = true): AsyncGenerator<Page, void, void> {
    for (let link = from; link.head < end;) {
      const page = await this.#readPage(link, end, validates).catch(async (error) => {
        if (!(error instanceof SessionDamagedError)) throw error;
        // It may only look damaged, because it was deleted meanwhile.
        const { id, child } = this.#address;
        checkIdentity(this.#address, await this.#store.read(id, child));
        throw error;
      });
      yield page;
      link = page.link;
      // Stores answer in microtasks: without a task between pages, a long log would block timers.
      if (link.head < end) await nextTask();
    }
  }

  async #readPage(from: Link, end: number, validates: boolean): Promise<Page> {
    const id = this.#id;
    const entries = await this.#read(from.head, end);
    const link = checkChain(id, from, entries);
    const whole = entries.some(hasBlob) ? await this.#fill(entries) : entries;
    return { entries, events: whole.map((entry) => parseEvent(id, entry, { validates })), link };
  }

  /** Returns the entries with the bytes of their blobs. */
  async #fill(entries: readonly StoredEntry[]): Promise<readonly StoredEntry[]> {
    const whole: StoredEntry[] = [];
    for (const entry of entries) {
      whole.push(hasBlob(entry) ? await fillEntry(this.#store, this.#address.id, entry) : entry);
    }
    return whole;
  }

  async #read(from: number, end: number): Promise<readonly StoredEntry[]> {
    const { id, child } = this.#address;
    const range = { child, from, limit: Math.min(PAGE_LENGTH, end - from) };
    const entries = await this.#store.entries(id, range);
    if (entries[0]?.seq !== from) throw this.#makeMissingError(from, end);
    return entries;
  }

  #makeMissingError(seq: number, end: number) {
    return makeDamagedError(this.#id, `entry ${seq} is missing: expected at least ${end} entries`);
  }
}

/** Returns true if the store has the last of some entries, whether or not others follow. */
export async function isStored(
  store: Store,
  { id, child }: Address,
  entries: readonly StoredEntry[],
): Promise<boolean> {
  const { seq: from, hash } = entries.at(-1)!;
  const [found] = await store.entries(id, { child, from, limit: 1 });
  return found?.hash === hash;
}

/** Returns true if an entry may refer to a blob. In a text, the quotes would be escaped. */
export function hasBlob({ body }: Pick<StoredEntry, "body">): boolean {
  return body.includes('"blob":"');
}
