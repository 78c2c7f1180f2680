/**
 * Hash chain over the entries of a session. Each hash covers the one before it, so
 * a missing, changed or moved entry is detected.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import type { StoredEntry } from "../store.ts";
import { SessionDamagedError } from "../store_errors.ts";
import { sha256 } from "./sha256.ts";

/** Computes the seed of a session: the hash before its first entry. */
export function firstHash(id: string): string {
  return sha256(JSON.stringify(id));
}

/** Computes the hash of an entry from the hash before it and its body. */
export function nextHash(before: string, body: string): string {
  return sha256(`${before}\n${body}`);
}

/** Point in the chain, between two entries. */
export interface Link {
  /** Sequence number of the entry after this point. */
  readonly head: number;
  /** Hash of the entry before this point. */
  readonly hash: string;
}

/** Makes entries that continue the chain. Returns them with the point after the last one. */
export function linkBodies(
  before: Link,
  bodies: readonly string[],
): { readonly entries: readonly StoredEntry[]; readonly link: Link } {
  const entries: StoredEntry[] = [];
  let { head, hash } = before;
  for (const body of bodies) {
    hash = nextHash(hash, body);
    entries.push({ seq: head++, body, hash });
  }
  return { entries, link: { head, hash } };
}

/**
 * Verifies that entries continue the chain. Returns the point after the last one.
 *
 * @throws {SessionDamagedError} that names the first entry that does not.
 */
export function checkChain(id: string, before: Link, entries: readonly StoredEntry[]): Link {
  let { head, hash } = before;
  for (const entry of entries) {
    if (entry.seq !== head) {
      throw makeDamagedError(id, `entry ${head} is missing: expected it before entry ${entry.seq}`);
    }
    hash = nextHash(hash, entry.body);
    if (entry.hash !== hash) {
      throw makeDamagedError(
        id,
        `entry ${head} was changed: expected content that matches its hash`,
      );
    }
    head++;
  }
  return { head, hash };
}

/** Makes the error of a damaged session. `reason` names the damage and the expectation. */
export function makeDamagedError(
  id: string,
  reason: string,
  options?: ErrorOptions,
): SessionDamagedError {
  return new SessionDamagedError(
    `Cannot read session ${quote(id)}: ${reason}; restore it from a backup, or delete it`,
    options,
  );
}

/** Calls `read`, and rethrows what it throws as damage of the session. */
export function readStored<Value>(id: string, problem: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw makeDamagedError(id, `${problem}: ${reasonOf(cause)}`, { cause });
  }
}
