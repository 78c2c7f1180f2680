// deno-lint-ignore-file require-await
/**
 * In-memory store.
 *
 * @module
 */
import { checkOptions, FUNCTION } from "../../llm/option_rules.ts";
import type { Append, Lease, NewSession, VerifiableStore } from "../store.ts";
import { isLive } from "../stored_session.ts";
import { makeStore } from "./backend.ts";
import type { ListedRow } from "./list_sessions.ts";
import { MemoryBlobs } from "./memory_blobs.ts";
import {
  describe,
  type MemoryLog,
  type MemorySession,
  summarize,
  toRow,
} from "./memory_session.ts";

/** Options of {@linkcode memoryStore}. */
export interface MemoryStoreOptions {
  /** Returns the time, in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
}

/**
 * Makes a store in memory, for tests and for sessions that may be lost. Implements
 * the full contract except durability.
 *
 * @throws {ConfigError} if an option is unknown, or `clock` is not a function.
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
export function memoryStore(options: MemoryStoreOptions = {}): VerifiableStore {
  checkOptions("make a memory store", options, { clock: FUNCTION });
  const { clock = Date.now } = options;
  const sessions = new Map<string, MemorySession>();
  /** Ids of all sessions, sorted, and of some that were deleted; undefined after a new one. */
  let sorted: readonly string[] | undefined;
  // Counted over all sessions, so that an id that is deleted and reused gets no epoch twice.
  let lastEpoch = 0;
  const stops = new Set<number>();
  const blobs = new MemoryBlobs();
  const findLeased = ({ id, owner, epoch }: Lease): MemorySession | undefined => {
    const session = sessions.get(id);
    const lease = session?.lease;
    return lease?.owner === owner && lease.epoch === epoch ? session : undefined;
  };
  const find = (id: string, child: string | undefined): MemoryLog | undefined => {
    const session = sessions.get(id);
    return child === undefined ? session : session?.children.get(child);
  };
  const makeLog = ({ meta, hash }: NewSession): MemoryLog => {
    const now = clock();
    return { meta, firstHash: hash, createdAt: now, updatedAt: now, entries: [] };
  };
  const write = (log: MemoryLog, { head, entries, snapshot, blobs: kept }: Append) => {
    if (kept !== undefined) blobs.keep(log, kept);
    for (const entry of entries) log.entries.push(entry);
    log.updatedAt = clock();
    if (snapshot === undefined) return;
    log.snapshot = { head: head + entries.length, hash: entries.at(-1)!.hash, body: snapshot };
  };
  const listLogs = (id: string): readonly MemoryLog[] => {
    const session = sessions.get(id);
    return session === undefined ? [] : [session, ...session.children.values()];
  };
  const remove = (id: string): boolean => {
    blobs.release(listLogs(id));
    return sessions.delete(id);
  };
  const release = (lease: Lease) => {
    delete findLeased(lease)?.lease;
    stops.delete(lease.epoch);
  };
  // No method awaits anything, so each is atomic.
  return makeStore("memory", {
    async create(id, session) {
      if (sessions.has(id)) return false;
      const summary = { status: "waiting", approvals: "[]" } as const;
      const { labels } = session;
      sessions.set(id, { ...makeLog(session), children: new Map(), labels, ...summary });
      sorted = undefined;
      return true;
    },
    async createChild(lease, child, session) {
      const children = findLeased(lease)?.children;
      if (children === undefined) return "lost";
      if (children.has(child)) return "exists";
      children.set(child, makeLog(session));
      return "created";
    },
    async read(id, child) {
      const log = find(id, child);
      if (log === undefined) return undefined;
      const { snapshot } = log;
      const described = child === undefined
        ? describe(id, sessions.get(id)!)
        : describe(child, { ...log, labels: [] });
      return { ...described, ...(snapshot && { snapshot: { ...snapshot } }) };
    },
    async entries(id, { child, from, limit }) {
      const entries = find(id, child)?.entries.slice(from, from + limit) ?? [];
      return entries.map((entry) => ({ ...entry }));
    },
    readBlob: async (id, hash) => blobs.read(listLogs(id), hash),
    async claim(id, { owner, ttl, force, append }) {
      const session = sessions.get(id);
      if (session === undefined) return "missing";
      const now = clock();
      const { lease } = session;
      const isOwn = lease?.owner === owner;
      if (!isOwn && lease !== undefined && lease.until > now && !force) return "busy";
      const former = describe(id, session);
      const epoch = isOwn ? lease.epoch : ++lastEpoch;
      session.lease = { owner, epoch, until: now + ttl };
      if (append?.head === former.head && append.hash === former.hash) {
        write(session, append);
        summarize(session, append);
      }
      return { epoch, session: former };
    },
    async requestStop(id, epoch) {
      if (sessions.get(id)?.lease?.epoch !== epoch) return false;
      stops.add(epoch);
      return true;
    },
    listStops: async () => [...stops],
    async renew(lease, ttl) {
      const session = findLeased(lease);
      if (session?.lease === undefined) return false;
      session.lease.until = clock() + ttl;
      return true;
    },
    release: async (lease) => release(lease),
    async append(lease, appended) {
      const session = findLeased(lease);
      if (session === undefined) return "lost";
      const log = find(lease.id, appended.child);
      if (log === undefined) return "missing";
      if (appended.head !== log.entries.length) return log.entries.length;
      write(log, appended);
      if (log === session) summarize(session, appended);
      if (appended.release) release(lease);
      return "appended";
    },
    async list({ statuses, updatedBefore = Infinity, label, prefix, after, limit }) {
      sorted ??= [...sessions.keys()].sort();
      const rows: ListedRow[] = [];
      for (
        let at = findFirst(sorted, (id) => id > after && id >= prefix);
        at < sorted.length;
        at++
      ) {
        const id = sorted[at]!;
        if (!id.startsWith(prefix)) break;
        const session = sessions.get(id);
        if (session === undefined) continue;
        const row = toRow(id, session, clock());
        const { status, updatedAt, labels } = row;
        const isListed = updatedAt < updatedBefore &&
          (label === undefined || labels?.includes(label)) &&
          (status === "unknown" || (statuses?.some((one) => one === status) ?? true));
        if (isListed) rows.push(row);
        if (rows.length === limit) break;
      }
      return rows;
    },
    async setLabels(id, labels) {
      const session = sessions.get(id);
      if (session !== undefined) session.labels = labels;
    },
    async record(id, { head, ...summary }) {
      const session = sessions.get(id);
      if (session?.entries.length === head) summarize(session, summary);
    },
    async expire(ids, { statuses, before }) {
      return ids.filter((id) => {
        const session = sessions.get(id);
        if (session === undefined || session.updatedAt >= before) return false;
        if (isLive(session.lease, clock()) || !statuses.some((one) => one === session.status)) {
          return false;
        }
        return remove(id);
      }).length;
    },
    now: async () => clock(),
    delete: async (id) => remove(id),
    close: async () => sessions.clear(),
  });
}

/** Returns the index of the first item that matches, if all after it match too; or else the length. */
function findFirst<Item>(items: readonly Item[], matches: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = low + high >>> 1;
    if (matches(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
