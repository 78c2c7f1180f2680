/**
 * The store over a database that is open and ready.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { idOf, keyOf } from "../session_key.ts";
import type {
  Append,
  EntryRange,
  Lease,
  LeaseClaim,
  ListPage,
  NewSession,
  SessionList,
  StoredEntry,
  StoredSession,
} from "../store.ts";
import {
  checkAppend,
  checkRange,
  checkSessionId,
  checkTtl,
  pageLength,
} from "../store_arguments.ts";
import { idTaken, leaseLost, noSession, otherHead, storeClosed } from "../store_refusals.ts";
import { checkVersion } from "./connection.ts";
import type { SqliteDatabase } from "./database.ts";
import { keyRange } from "./key_range.ts";
import type { Patience } from "./patience.ts";
import { bytesOf, entryOf, numberOf, sessionOf, snapshotOf } from "./rows.ts";
import { storeErrorOf } from "./sqlite_failure.ts";
import type { SqliteStore } from "./sqlite_store.ts";
import { prepareStatements, type Statements } from "./statements.ts";
import { WriteQueue } from "./write_queue.ts";

/** What a store is made of. */
export interface OpenSqliteStoreOptions {
  /** The database, which the store closes at its end. */
  readonly database: SqliteDatabase;
  /** Its file, for messages. */
  readonly file: string;
  /** Waits for other writers. */
  readonly patience: Patience;
  /** The time in milliseconds since 1970. */
  readonly clock: () => number;
  /** Copies the database into a file that is not there. */
  readonly copy: (file: string | URL) => Promise<void>;
}

/** Carries out each method as one transaction, or as one reading statement. */
export class OpenSqliteStore implements SqliteStore {
  /** `"sqlite"` */
  readonly name = "sqlite";
  readonly #options: OpenSqliteStoreOptions;
  readonly #statements: Statements;
  readonly #writes: WriteQueue;
  #closing: Promise<void> | undefined;

  /** Takes over a database that is ready. */
  constructor(options: OpenSqliteStoreOptions) {
    const { database, file, patience } = options;
    this.#options = options;
    const statements = prepareStatements(database);
    this.#statements = statements;
    const check = () => checkVersion(numberOf(statements.version.get()!, "user_version"), file);
    this.#writes = new WriteQueue({ database, file, patience, check });
  }

  create(id: string, { meta, hash }: NewSession): Promise<void> {
    return this.#write(`create session ${quote(id)}`, () => checkSessionId(id), () => {
      const now = this.#now();
      const { changes } = this.#statements.create.run(keyOf(id), meta, hash, now, now);
      if (Number(changes) === 0) throw idTaken(id);
    });
  }

  read(id: string): Promise<StoredSession | undefined> {
    return this.#read(`read session ${quote(id)}`, () => {
      const row = this.#statements.read.get(keyOf(id));
      if (row === undefined) return undefined;
      const snapshot = snapshotOf(row);
      return { ...sessionOf(id, row), ...(snapshot && { snapshot }) };
    });
  }

  entries(id: string, range: EntryRange): Promise<readonly StoredEntry[]> {
    return this.#read(`read entries of session ${quote(id)}`, () => {
      checkRange(range);
      return this.#statements.entries.all(keyOf(id), range.from, range.limit).map(entryOf);
    });
  }

  claim(id: string, { owner, ttl, force }: LeaseClaim): Promise<Lease | undefined> {
    return this.#write(`claim session ${quote(id)}`, () => checkTtl(ttl), () => {
      const { leaseEnd, nextEpoch, claim } = this.#statements;
      const key = keyOf(id);
      const row = leaseEnd.get(key);
      if (row === undefined) throw noSession(id);
      const now = this.#now();
      const isFree = row.lease_until === null || numberOf(row, "lease_until") <= now;
      if (!isFree && !force) return undefined;
      const epoch = numberOf(nextEpoch.get()!, "epoch");
      claim.run(epoch, owner, now + ttl, key);
      return { id, owner, epoch };
    });
  }

  renew({ id, owner, epoch }: Lease, ttl: number): Promise<boolean> {
    return this.#write(`renew the lease of session ${quote(id)}`, () => checkTtl(ttl), () => {
      const { changes } = this.#statements.renew.run(this.#now() + ttl, keyOf(id), owner, epoch);
      return Number(changes) > 0;
    });
  }

  release({ id, owner, epoch }: Lease): Promise<void> {
    return this.#write(`release session ${quote(id)}`, () => {}, () => {
      this.#statements.release.run(keyOf(id), owner, epoch);
    });
  }

  append(lease: Lease, appended: Append): Promise<void> {
    const { id, owner, epoch } = lease;
    const { head, snapshot: body } = appended;
    // The list is the caller's, who may go on with it before it is written.
    const entries = [...appended.entries];
    return this.#write(`append to session ${quote(id)}`, () => checkAppend(appended), () => {
      const { advance, append, snapshot } = this.#statements;
      const key = keyOf(id);
      const newHead = head + entries.length;
      const { hash } = entries.at(-1)!;
      const row = advance.get(newHead, hash, this.#now(), key, owner, epoch, head);
      if (row === undefined) throw this.#whyRefused(lease, head);
      const number = numberOf(row, "number");
      for (const { seq, body, hash } of entries) append.run(number, seq, body, hash);
      if (body !== undefined) snapshot.run(number, newHead, hash, body);
    });
  }

  list(page: ListPage = {}): Promise<SessionList> {
    return this.#read("list sessions", () => {
      const limit = pageLength(page);
      const { prefix = "", after = "" } = page;
      // One more than asked for tells whether there is another page.
      const rows = this.#statements.list.all(...keyRange(prefix, after), limit + 1);
      const sessions = rows.slice(0, limit).map((row) => sessionOf(idOf(bytesOf(row, "id")), row));
      return { sessions, ...(rows.length > limit && { next: sessions.at(-1)!.id }) };
    });
  }

  delete(id: string): Promise<boolean> {
    return this.#write(`delete session ${quote(id)}`, () => {}, () => {
      return Number(this.#statements.delete.run(keyOf(id)).changes) > 0;
    });
  }

  async backup(file: string | URL): Promise<void> {
    this.#checkOpen();
    await this.#options.copy(file);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { database, file, patience } = this.#options;
    patience.end();
    await this.#writes.end();
    try {
      database.close();
    } catch (error) {
      throw storeErrorOf(error, "close the store", file);
    }
  }

  async #read<Result>(doing: string, work: () => Result): Promise<Result> {
    this.#checkOpen();
    const { patience, file } = this.#options;
    try {
      return await patience.whileBusy(work);
    } catch (error) {
      throw storeErrorOf(error, doing, file);
    }
  }

  async #write<Result>(doing: string, check: () => void, work: () => Result): Promise<Result> {
    this.#checkOpen();
    check();
    return await this.#writes.write(doing, work);
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw storeClosed(this.name);
  }

  #now(): number {
    return Math.trunc(this.#options.clock());
  }

  /** Compared where owners are kept: what is read of one may be cut at NUL. */
  #whyRefused(lease: Lease, expected: number): Error {
    const { id, owner, epoch } = lease;
    const row = this.#statements.leasedHead.get(keyOf(id), owner, epoch);
    return row ? otherHead(lease, expected, numberOf(row, "head")) : leaseLost(lease);
  }
}
