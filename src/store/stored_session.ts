/**
 * Sessions in a store: finding, creating and forking them.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote } from "../errors.ts";
import { EVENT_VERSION } from "../history/migrations.ts";
import { appendWithRetry } from "./append_with_retry.ts";
import { checkStoredVersion } from "./entry_body.ts";
import { firstHash, type Link, linkBodies, makeDamagedError, readStored } from "./hash_chain.ts";
import { type LeaseOptions, SessionLease } from "./session_lease.ts";
import type { Store, StoredSession } from "./store.ts";
import { ConflictError, SessionDamagedError } from "./store_errors.ts";

/** Metadata of a session, fixed when it is created. */
interface SessionMeta {
  /** Id of the first step. */
  readonly start: string;
  /** For a fork: the id of the original session, and the number of entries copied from it. */
  readonly fork?: { readonly id: string; readonly at: number } | undefined;
  /** Id of the parent session, if this is the session of a call. */
  readonly caller?: string | undefined;
}

/** Session found in a store, with its metadata. */
export interface FoundSession extends SessionMeta {
  readonly stored: StoredSession;
  /** Point in the hash chain before the first entry. */
  readonly first: Link;
}

/**
 * Finds a session.
 *
 * @throws {ConflictError} if it does not exist.
 * @throws {StateError} if a newer release wrote it.
 * @throws {SessionDamagedError} if its metadata is damaged, or it is an incomplete fork.
 */
export async function findSession(store: Store, id: string): Promise<FoundSession> {
  return await toFoundSession(id, await store.read(id));
}

/**
 * Finds a session, or creates it in the step `start`. `caller` is the id of the parent
 * session, if this is the session of a call.
 *
 * @throws {ConfigError} if the session exists but is not a child of `caller`. Also throws what
 *   {@linkcode findSession} throws.
 */
export async function findOrCreate(
  store: Store,
  id: string,
  start: string,
  caller?: string,
): Promise<FoundSession> {
  let stored = await store.read(id);
  if (stored === undefined) {
    const { hash } = await firstLink(id);
    await store.create(id, { meta: writeMeta({ start, caller }), hash }).catch((error) => {
      // Another process created the session meanwhile: it is opened below.
      if (!(error instanceof ConflictError)) throw error;
    });
    stored = await store.read(id);
  }
  const found = await toFoundSession(id, stored);
  if (caller !== undefined && found.caller !== caller) {
    throw new ConfigError(
      `Cannot open the child session ${quote(id)}: a session with this id exists, but it is not ` +
        `a child of session ${quote(caller)}: expected an id that only calls use; delete or ` +
        "rename the other session",
    );
  }
  return found;
}

async function toFoundSession(
  id: string,
  stored: StoredSession | undefined,
): Promise<FoundSession> {
  if (stored === undefined) {
    throw new ConflictError(
      `Cannot open session ${quote(id)}: it was deleted: expected an existing session`,
    );
  }
  return { ...readMeta(stored), stored, first: await firstLink(id) };
}

/** Maximum number of entries in one append. */
const BATCH_LENGTH = 1_000;

/** History that a fork copies from the original session. */
interface ForkedPast {
  /** Id of the original session. */
  readonly id: string;
  /** Id of its first step. */
  readonly start: string;
  /** Bodies of the entries, as they are stored, in the version each was written in. */
  readonly bodies: readonly string[];
  /** Snapshot that covers the entries, if any. */
  readonly snapshot: string | undefined;
}

/**
 * Creates a fork and writes its history. The metadata records how many entries the
 * fork will have, so that it is recognized as incomplete if its writer dies. A fork
 * that cannot be written is deleted.
 *
 * @throws {ConflictError} if a session with this id exists.
 * @throws {StoreError} if the store fails.
 */
export async function writeFork(
  store: Store,
  id: string,
  { id: forkedId, start, bodies, snapshot }: ForkedPast,
  options: LeaseOptions,
): Promise<void> {
  const first = await firstLink(id);
  const fork = { id: forkedId, at: bodies.length };
  await store.create(id, { meta: writeMeta({ start, fork }), hash: first.hash });
  try {
    const lease = await SessionLease.acquire(store, id, options, undefined);
    try {
      for (let before = first; before.head < bodies.length;) {
        lease.lost.throwIfAborted();
        const batch = bodies.slice(before.head, before.head + BATCH_LENGTH);
        const { entries, link } = await linkBodies(before, batch);
        const isLast = link.head === bodies.length && snapshot !== undefined;
        const appended = { entries, ...(isLast && { snapshot }) };
        await appendWithRetry(store, lease.lease, before, appended, options.clock);
        before = link;
      }
    } finally {
      await lease.release();
    }
  } catch (error) {
    // If deleting fails too, readMeta() still rejects the incomplete fork.
    await store.delete(id).catch(() => {});
    throw error;
  }
}

/** Returns the point in the hash chain before the first entry of a session. */
async function firstLink(id: string): Promise<Link> {
  return { head: 0, hash: await firstHash(id) };
}

/** Serializes the metadata of a new session. */
function writeMeta({ start, fork, caller }: SessionMeta): string {
  return JSON.stringify({ version: EVENT_VERSION, start, fork, caller });
}

const metaShape = v.object({
  version: v.number(),
  start: v.string(),
  fork: v.optional(v.object({ id: v.string(), at: v.number() })),
  caller: v.optional(v.string()),
});

/** Parses the metadata. Rejects that of a newer release, and incomplete forks. */
function readMeta({ id, meta, head }: StoredSession): SessionMeta {
  const value = readStored(id, "its metadata is not JSON", () => JSON.parse(meta));
  const result = v.safeParse(metaShape, value);
  if (!result.success) {
    throw makeDamagedError(
      id,
      "its metadata is not that of an agent's session: expected what openSession() wrote",
    );
  }
  const { version, fork } = result.output;
  checkStoredVersion("version", version);
  if (fork !== undefined && head < fork.at) {
    throw new SessionDamagedError(
      `Cannot read session ${quote(id)}: it is an incomplete fork of session ${quote(fork.id)}: ` +
        `it has ${head} of ${fork.at} events: expected all; if no process is still writing it, ` +
        "delete it and fork again",
    );
  }
  return result.output;
}
