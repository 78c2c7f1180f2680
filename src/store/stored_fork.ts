/**
 * Writing a session that has the past of another one.
 *
 * @module
 */
import { firstHash, type Link, nextHash } from "./hash_chain.ts";
import { type LeaseOptions, SessionLease } from "./session_lease.ts";
import { writeMeta } from "./session_meta.ts";
import type { Store, StoredEntry } from "./store.ts";
import { appendSurely } from "./sure_append.ts";

/** How many entries are written at once. */
const BATCH = 1_000;

/** The past that a fork gets. */
export interface ForkedPast {
  /** The session that has it. */
  readonly id: string;
  /** The step in which it began. */
  readonly start: string;
  /** The entries, as they are stored: each keeps the version it was written in. */
  readonly bodies: readonly string[];
  /** What follows from them, as JSON text, where it is worth to be kept. */
  readonly snapshot: string | undefined;
}

/**
 * Creates a session and writes its past. It says from its beginning how many
 * entries it will have, so that one whose writer died is not taken for whole;
 * one that cannot be written is deleted again.
 *
 * @throws {ConflictError} if there is a session of that id.
 * @throws {StoreError} if the store fails.
 */
export async function writeFork(
  store: Store,
  id: string,
  past: ForkedPast,
  options: LeaseOptions,
): Promise<void> {
  const hash = await firstHash(id);
  const origin = { id: past.id, at: past.bodies.length };
  await store.create(id, { meta: writeMeta({ start: past.start, fork: origin }), hash });
  try {
    const lease = await SessionLease.take(store, id, options, undefined);
    try {
      await writeEntries(store, lease, past, { head: 0, hash }, options);
    } finally {
      await lease.release();
    }
  } catch (error) {
    // If this fails too, what is left over is told from a whole session by its length.
    await store.delete(id).catch(() => {});
    throw error;
  }
}

async function writeEntries(
  store: Store,
  { lease, lost }: SessionLease,
  { bodies, snapshot }: ForkedPast,
  first: Link,
  { clock }: LeaseOptions,
): Promise<void> {
  let before = first;
  while (before.head < bodies.length) {
    lost.throwIfAborted();
    const entries: StoredEntry[] = [];
    let { head, hash } = before;
    for (const body of bodies.slice(head, head + BATCH)) {
      hash = await nextHash(hash, body);
      entries.push({ seq: head++, body, hash });
    }
    const after = { head, hash };
    const isLast = head === bodies.length && snapshot !== undefined;
    const appended = { head: before.head, entries, ...(isLast && { snapshot }) };
    await appendSurely(store, lease, appended, { before, after }, clock);
    before = after;
  }
}
