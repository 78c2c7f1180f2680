/**
 * Sessions in a store: finding, creating and forking them.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote, StateError } from "../errors.ts";
import { EVENT_VERSION } from "../history/migrations.ts";
import { damaged, firstHash, type Link, linkBodies, readStored } from "./hash_chain.ts";
import { type LeaseOptions, SessionLease } from "./session_lease.ts";
import type { Store, StoredSession } from "./store.ts";
import { ConflictError } from "./store_errors.ts";
import { appendSurely } from "./sure_append.ts";

/** The properties that a session has from its beginning. */
interface SessionMeta {
  /** The step in which it began. */
  readonly start: string;
  /** For a fork: the session whose past it has, and the number of events that makes it whole. */
  readonly fork?: { readonly id: string; readonly at: number } | undefined;
  /** The session whose call it belongs to, if it belongs to one. */
  readonly caller?: string | undefined;
}

/** A session that a store has. */
export interface FoundSession extends SessionMeta {
  readonly stored: StoredSession;
  /** The place before its first entry. */
  readonly first: Link;
}

/**
 * Finds a session.
 *
 * @throws {ConflictError} if there is none.
 * @throws {StateError} if a newer release wrote it.
 * @throws {SessionDamagedError} if it is no session of an agent, or a fork that was not finished.
 */
export async function find(store: Store, id: string): Promise<FoundSession> {
  return await foundOf(id, await store.read(id));
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
  let stored = await store.read(id);
  if (stored === undefined) {
    const { hash } = await firstLink(id);
    await store.create(id, { meta: writeMeta({ start, caller }), hash }).catch((error) => {
      // Somebody else was faster: it is theirs that is opened.
      if (!(error instanceof ConflictError)) throw error;
    });
    stored = await store.read(id);
  }
  const found = await foundOf(id, stored);
  if (caller !== undefined && found.caller !== caller) {
    throw new ConfigError(
      `Cannot open the session of call ${quote(id)}: the session of that id is not one that ` +
        `session ${quote(caller)} made: expected ids that no call has`,
    );
  }
  return found;
}

async function foundOf(id: string, stored: StoredSession | undefined): Promise<FoundSession> {
  if (stored === undefined) throw new ConflictError(`Cannot open session ${quote(id)}: it is gone`);
  return { ...readMeta(stored), stored, first: await firstLink(id) };
}

/** Number of entries that are written at once. */
const BATCH = 1_000;

/** The past of a fork. */
export interface ForkedPast {
  /** The session that has it. */
  readonly id: string;
  /** The step in which it began. */
  readonly start: string;
  /** The entries, as they are stored: each keeps the version it was written in. */
  readonly bodies: readonly string[];
  /** The snapshot after them, if there is to be one. */
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
  { id: forkedId, start, bodies, snapshot }: ForkedPast,
  options: LeaseOptions,
): Promise<void> {
  const first = await firstLink(id);
  const fork = { id: forkedId, at: bodies.length };
  await store.create(id, { meta: writeMeta({ start, fork }), hash: first.hash });
  try {
    const held = await SessionLease.take(store, id, options, undefined);
    try {
      for (let before = first; before.head < bodies.length;) {
        held.lost.throwIfAborted();
        const batch = bodies.slice(before.head, before.head + BATCH);
        const { entries, link } = await linkBodies(before, batch);
        const isLast = link.head === bodies.length && snapshot !== undefined;
        const appended = { entries, ...(isLast && { snapshot }) };
        await appendSurely(store, held.lease, before, appended, options.clock);
        before = link;
      }
    } finally {
      await held.release();
    }
  } catch (error) {
    // If this fails too, what is left over is told from a whole session by its length.
    await store.delete(id).catch(() => {});
    throw error;
  }
}

/** The place before the first entry of a session. */
async function firstLink(id: string): Promise<Link> {
  return { head: 0, hash: await firstHash(id) };
}

/** The meta text of a session that is created. */
function writeMeta({ start, fork, caller }: SessionMeta): string {
  return JSON.stringify({ version: EVENT_VERSION, start, fork, caller });
}

const metaShape = v.object({
  version: v.number(),
  start: v.string(),
  fork: v.optional(v.object({ id: v.string(), at: v.number() })),
  caller: v.optional(v.string()),
});

/** Reads the meta text. Rejects that of a newer release, and a fork that was not finished. */
function readMeta({ id, meta, head }: StoredSession): SessionMeta {
  const value = readStored(id, "what it was created with is no JSON", () => JSON.parse(meta));
  const result = v.safeParse(metaShape, value);
  if (!result.success) throw damaged(id, "what it was created with is no session of an agent");
  const { version, fork } = result.output;
  if (version > EVENT_VERSION) {
    throw new StateError(
      "version",
      `it is ${version}: expected ${EVENT_VERSION} or lower: a newer release wrote it`,
    );
  }
  if (fork !== undefined && head < fork.at) {
    throw damaged(
      id,
      `it is a fork of session ${quote(fork.id)} that is not finished: ` +
        `it has ${head} of ${fork.at} events: if nobody is making it, delete it and fork again`,
    );
  }
  return result.output;
}
