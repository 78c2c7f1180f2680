/**
 * What a store is told of a session when it is created, and tells of it later.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote, StateError } from "../errors.ts";
import { STATE_VERSION } from "../history/state.ts";
import { damaged, firstHash, type Link } from "./hash_chain.ts";
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
 * Finds a session, or creates it in the step `start`. `caller` is the session
 * whose call it belongs to, if it belongs to one.
 *
 * @throws {StateError} if a newer release wrote it.
 * @throws {ConfigError} if it is of that id, but not that caller's.
 * @throws {SessionDamagedError} if what it was created with is no session of an agent.
 */
export async function findOrCreate(
  store: Store,
  id: string,
  start: string,
  caller?: string,
): Promise<FoundSession> {
  const first: Link = { head: 0, hash: await firstHash(id) };
  const stored = await store.read(id) ?? await create(store, id, first, start, caller);
  const meta = metaOf(stored);
  if (caller !== undefined && meta.caller !== caller) {
    throw new ConfigError(
      `Cannot open the session of call ${quote(id)}: the session of that id is not one that ` +
        `session ${quote(caller)} made: expected ids that no call has`,
    );
  }
  return { stored, first, start: meta.start };
}

async function create(
  store: Store,
  id: string,
  { hash }: Link,
  start: string,
  caller: string | undefined,
): Promise<StoredSession> {
  const meta = { version: STATE_VERSION, start, ...(caller !== undefined && { caller }) };
  try {
    await store.create(id, { meta: JSON.stringify(meta), hash });
  } catch (error) {
    // Somebody else was faster: it is theirs that is opened.
    if (!(error instanceof ConflictError)) throw error;
  }
  const stored = await store.read(id);
  if (stored === undefined) throw new ConflictError(`Cannot open session ${quote(id)}: it is gone`);
  return stored;
}

const metaShape = v.object({
  version: v.number(),
  start: v.string(),
  caller: v.optional(v.string()),
});

function metaOf({ id, meta }: StoredSession): v.InferOutput<typeof metaShape> {
  let value: unknown;
  try {
    value = JSON.parse(meta);
  } catch (cause) {
    throw damaged(id, "what it was created with is no JSON", { cause });
  }
  const result = v.safeParse(metaShape, value);
  if (!result.success) throw damaged(id, "what it was created with is no session of an agent");
  const { version } = result.output;
  if (version > STATE_VERSION) {
    throw new StateError(
      "version",
      `it is ${version}: expected ${STATE_VERSION} or lower: a newer release wrote it`,
    );
  }
  return result.output;
}
