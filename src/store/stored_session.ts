/**
 * Finding a session in a store.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { firstHash, type Link } from "./hash_chain.ts";
import { readMeta, writeMeta } from "./session_meta.ts";
import type { Store, StoredSession } from "./store.ts";
import { ConflictError } from "./store_errors.ts";

/** A session that a store has. */
export interface FoundSession {
  readonly stored: StoredSession;
  /** What stands before its first entry. */
  readonly first: Link;
  /** The step in which it began. */
  readonly start: string;
}

/**
 * Finds a session; undefined if there is none.
 *
 * @throws {StateError} if a newer release wrote it.
 * @throws {SessionDamagedError} if what it was created with is no session of an agent.
 */
export async function find(store: Store, id: string): Promise<FoundSession | undefined> {
  const stored = await store.read(id);
  if (stored === undefined) return undefined;
  return { stored, first: await firstLink(id), start: readMeta(stored).start };
}

/**
 * Finds a session, or creates it in the step `start`. `caller` is the session
 * whose call it belongs to, if it belongs to one.
 *
 * @throws {ConfigError} if it is of that id, but not that caller's; and what {@linkcode find} throws.
 */
export async function findOrCreate(
  store: Store,
  id: string,
  start: string,
  caller?: string,
): Promise<FoundSession> {
  const first = await firstLink(id);
  const stored = await store.read(id) ?? await create(store, id, first, start, caller);
  const meta = readMeta(stored);
  if (caller !== undefined && meta.caller !== caller) {
    throw new ConfigError(
      `Cannot open the session of call ${quote(id)}: the session of that id is not one that ` +
        `session ${quote(caller)} made: expected ids that no call has`,
    );
  }
  return { stored, first, start: meta.start };
}

async function firstLink(id: string): Promise<Link> {
  return { head: 0, hash: await firstHash(id) };
}

async function create(
  store: Store,
  id: string,
  { hash }: Link,
  start: string,
  caller: string | undefined,
): Promise<StoredSession> {
  try {
    await store.create(id, { meta: writeMeta({ start, caller }), hash });
  } catch (error) {
    // Somebody else was faster: it is theirs that is opened.
    if (!(error instanceof ConflictError)) throw error;
  }
  const stored = await store.read(id);
  if (stored === undefined) throw new ConflictError(`Cannot open session ${quote(id)}: it is gone`);
  return stored;
}
