/**
 * Backend of the SQLite store.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { Backend } from "../backend/backend.ts";
import { encodeApprovals } from "../backend/list_sessions.ts";
import { encodeChild, encodeKey } from "../backend/session_key.ts";
import type { Append, StoredSession } from "../store.ts";
import { isLive } from "../stored_session.ts";
import {
  readBytes,
  readEntry,
  readLease,
  readNumber,
  readSession,
  readSnapshot,
  type SqliteRow,
} from "./database.ts";
import { encodeLabels, ListQuery, readLabels } from "./list_query.ts";
import { toStoreError } from "./sqlite_failure.ts";
import { prepareStatements } from "./statements.ts";
import { checkVersion } from "./tables.ts";
import { WriteQueue, type WriteQueueOptions } from "./write_queue.ts";

/** Options of {@linkcode sqliteBackend}. The backend closes the database. */
interface SqliteBackendOptions extends Omit<WriteQueueOptions, "check"> {
  /** Returns the time, in milliseconds since 1970. */
  readonly clock: () => number;
  /** Returns true if the owner of a lease is certainly dead. Default: none is. */
  readonly isDead?: (owner: string) => boolean;
  /** Lists the tokens of live processes, if they can be known. Default: they cannot. */
  readonly listLiveTokens?: () => readonly string[] | undefined;
  /** Closes the database. Default: only closes it. */
  readonly closeDatabase?: () => void;
}

/**
 * Makes the backend of an open, prepared database. Each write is one transaction, each read
 * one statement.
 */
export function sqliteBackend(options: SqliteBackendOptions): Backend {
  const { database, file, retry, clock, isDead = () => false } = options;
  const { listLiveTokens = () => undefined } = options;
  const { closeDatabase = () => database.close() } = options;
  const sql = prepareStatements(database);
  const check = () => checkVersion(readNumber(sql.version.get()!, "user_version"), file);
  const writes = new WriteQueue({ database, file, retry, check });
  const now = () => Math.trunc(clock());
  /** Reads a session, with its lease and without its snapshot, from a row. */
  const readLeased = (id: string, row: SqliteRow): Omit<StoredSession, "snapshot"> => {
    const [session, lease] = [{ ...readSession(id, row), ...readLabels(row) }, readLease(row)];
    if (lease === undefined) return session;
    const until = lease.until > now() && isDead(lease.owner) ? 0 : lease.until;
    return { ...session, lease: { ...lease, until } };
  };
  /** Appends entries to the session or child with that number. */
  const writeEntries = (number: number, { head, entries, snapshot, blobs = [] }: Append) => {
    const newHead = head + entries.length;
    const { hash } = entries.at(-1)!;
    sql.advance.run(newHead, hash, now(), number);
    for (const { seq, body, hash } of entries) sql.append.run(number, seq, body, hash);
    for (const { hash, data } of blobs) {
      sql.addBlob.run(hash, data);
      sql.useBlob.run(number, hash);
    }
    if (snapshot !== undefined) sql.snapshot.run(number, newHead, hash, snapshot);
  };
  /** Records what lists show of the session with that number after an append. */
  const summarize = (number: number, { status, approvals }: Append) => {
    sql.summarize.run(status ?? "unknown", encodeApprovals(approvals), number);
  };
  const label = (key: Uint8Array, labels: readonly string[]) => {
    const row = sql.number.get(key);
    if (row === undefined) return;
    const number = readNumber(row, "number");
    sql.setLabels.run(encodeLabels(labels), number);
    sql.forgetLabels.run(number);
    for (const one of labels) sql.addLabel.run(number, one, key);
  };
  const lists = new ListQuery(database);
  const read = <Result>(action: string, work: () => Result) =>
    retry.run(work).catch((error): never => {
      throw toStoreError(error, action, file);
    });
  return {
    create: (id, { meta, hash, labels }) =>
      writes.write(`create session ${quote(id)}`, () => {
        const [key, time] = [encodeKey(id), now()];
        const { changes } = sql.create.run(key, meta, hash, time, time);
        if (changes > 0 && labels.length > 0) label(key, labels);
        return changes > 0;
      }),
    createChild: ({ id, owner, epoch }, child, { meta, hash }) =>
      writes.write(`create a child of session ${quote(id)}`, () => {
        const session = sql.leased.get(encodeKey(id), owner, epoch);
        if (session === undefined) return "lost";
        const [parent, time] = [readNumber(session, "number"), now()];
        const { changes } = sql.createChild.run(parent, encodeKey(child), meta, hash, time, time);
        return changes > 0 ? "created" : "exists";
      }),
    read: (id, child) =>
      read(`read session ${quote(id)}`, () => {
        const row = sql.read.get(encodeKey(id), encodeChild(child));
        if (row === undefined) return undefined;
        const snapshot = readSnapshot(row);
        return { ...readLeased(child ?? id, row), ...(snapshot && { snapshot }) };
      }),
    entries: (id, { child, from, limit }) =>
      read(`read entries of session ${quote(id)}`, () => {
        return sql.entries.all(encodeKey(id), encodeChild(child), from, limit).map(readEntry);
      }),
    readBlob: (id, hash) =>
      read(`read a blob of session ${quote(id)}`, () => {
        const row = sql.readBlob.get(encodeKey(id), hash);
        return row && readBytes(row, "data");
      }),
    claim: (id, { owner, ttl, force, append }) =>
      writes.write(`claim session ${quote(id)}`, () => {
        const row = sql.claimable.get(owner, encodeKey(id));
        if (row === undefined) return "missing";
        const [time, isOwn] = [now(), row.is_own === 1];
        const session = readLeased(id, row);
        const isFree = isOwn || force || session.lease === undefined || session.lease.until <= time;
        if (!isFree) return "busy";
        const number = readNumber(row, "number");
        const epoch = readNumber(isOwn ? row : sql.nextEpoch.get()!, "epoch");
        sql.claim.run(epoch, owner, time + ttl, number);
        if (append?.head === session.head && append.hash === session.hash) {
          writeEntries(number, append);
          summarize(number, append);
        }
        return { epoch, session };
      }),
    requestStop: (id, epoch) =>
      writes.write(`request a stop of session ${quote(id)}`, () => {
        sql.forgetStops.run();
        return sql.requestStop.run(encodeKey(id), epoch).changes > 0;
      }),
    listStops: () =>
      read(
        "list requested stops",
        () => sql.listStops.all().map((row) => readNumber(row, "epoch")),
      ),
    renew: ({ id, owner, epoch }, ttl) =>
      writes.write(`renew the lease of session ${quote(id)}`, () => {
        return sql.renew.run(now() + ttl, encodeKey(id), owner, epoch).changes > 0;
      }),
    release: ({ id, owner, epoch }) =>
      writes.write(`release session ${quote(id)}`, () => {
        sql.release.run(encodeKey(id), owner, epoch);
      }),
    append: ({ id, owner, epoch }, { child, release, ...append }) =>
      writes.write(`append to session ${quote(id)}`, () => {
        // Compared in SQL, because node:sqlite may cut the owner at a NUL when it reads it.
        const session = sql.leased.get(encodeKey(id), owner, epoch);
        if (session === undefined) return "lost";
        const row = child === undefined
          ? session
          : sql.child.get(readNumber(session, "number"), encodeKey(child));
        if (row === undefined) return "missing";
        if (readNumber(row, "head") !== append.head) return readNumber(row, "head");
        const number = readNumber(row, "number");
        writeEntries(number, append);
        if (child === undefined) summarize(number, append);
        if (release) sql.release.run(encodeKey(id), owner, epoch);
        return "appended";
      }),
    list: (filter) =>
      read("list sessions", () => {
        return lists.list(filter, { now: now(), liveTokens: listLiveTokens() });
      }),
    record: (id, { head, status, approvals }) =>
      writes.write(`record the status of session ${quote(id)}`, () => {
        sql.record.run(status, encodeApprovals(approvals), encodeKey(id), head);
      }),
    setLabels: (id, labels) =>
      writes.write(`label session ${quote(id)}`, () => label(encodeKey(id), labels)),
    expire: (ids, { statuses, before }) =>
      writes.write("expire sessions", () => {
        const expired = ids.map(encodeKey).filter((key) => {
          const row = sql.expirable.get(key, before);
          if (row === undefined) return false;
          const lease = readLease(row);
          const isRunning = isLive(lease, now()) && !isDead(lease!.owner);
          return !isRunning && statuses.some((status) => status === row.status);
        });
        for (const key of expired) sql.delete.run(key);
        return expired.length;
      }),
    now: () => Promise.resolve(now()),
    delete: (id) =>
      writes.write(`delete session ${quote(id)}`, () => sql.delete.run(encodeKey(id)).changes > 0),
    async close() {
      retry.stop();
      await writes.end();
      try {
        closeDatabase();
      } catch (error) {
        throw toStoreError(error, "close the store", file);
      }
    },
  };
}
