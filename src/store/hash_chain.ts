/**
 * The chain that binds the entries of a session to each other: each hash covers
 * the one before it, so that a missing, changed or moved entry shows.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import { sha256 } from "../json/text.ts";
import { SessionDamagedError } from "./store_errors.ts";
import type { StoredEntry } from "./store.ts";

/** The hash before the first entry of a session. */
export function firstHash(id: string): Promise<string> {
  return sha256(JSON.stringify(id));
}

/** The hash of an entry that follows on another. */
export function nextHash(before: string, body: string): Promise<string> {
  return sha256(`${before}\n${body}`);
}

/** A place in the chain, between two entries. */
export interface Link {
  /** The sequence number of the next entry. */
  readonly head: number;
  /** The hash of the entry before it. */
  readonly hash: string;
}

/** Makes entries that follow on others, and the place behind them. */
export async function linkBodies(
  before: Link,
  bodies: readonly string[],
): Promise<{ readonly entries: readonly StoredEntry[]; readonly link: Link }> {
  const entries: StoredEntry[] = [];
  let { head, hash } = before;
  for (const body of bodies) {
    hash = await nextHash(hash, body);
    entries.push({ seq: head++, body, hash });
  }
  return { entries, link: { head, hash } };
}

/**
 * Makes sure that entries follow on each other.
 *
 * @throws {SessionDamagedError} naming the first entry that does not.
 */
export async function checkChain(
  id: string,
  before: Link,
  entries: readonly StoredEntry[],
): Promise<Link> {
  let { head, hash } = before;
  for (const entry of entries) {
    if (entry.seq !== head) {
      throw damaged(id, `entry ${head} is missing: expected it before entry ${entry.seq}`);
    }
    hash = await nextHash(hash, entry.body);
    if (entry.hash !== hash) {
      throw damaged(id, `entry ${head} is not as it was written: expected its hash`);
    }
    head++;
  }
  return { head, hash };
}

/** The error of a session that cannot be trusted. */
export function damaged(id: string, reason: string, options?: ErrorOptions): SessionDamagedError {
  return new SessionDamagedError(`Cannot read session ${JSON.stringify(id)}: ${reason}`, options);
}

/** Returns what `read` reads of a session; what it throws is damage. */
export function readStored<Value>(id: string, problem: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw damaged(id, `${problem}: ${reasonOf(cause)}`, { cause });
  }
}
