/**
 * The chain that binds the entries of a session to each other: each hash covers
 * the one before it, so that a missing, changed or moved entry shows.
 *
 * @module
 */
import { sha256 } from "../json/sha256.ts";
import { SessionDamagedError } from "./store_errors.ts";
import type { StoredEntry } from "./store.ts";

/** What stands before the first entry of a session. */
export function firstHash(id: string): Promise<string> {
  return sha256(JSON.stringify(id));
}

/** The hash of an entry that follows on another. */
export function nextHash(before: string, body: string): Promise<string> {
  return sha256(`${before}\n${body}`);
}

/** Entries that follow on what is known of a session. */
export interface Link {
  /** The sequence number of the next entry. */
  readonly head: number;
  /** The hash of the entry before it. */
  readonly hash: string;
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
