/**
 * Appending with retries, and resolving unknown outcomes.
 *
 * @module
 */
import { type Clock, wait } from "../../clock.ts";
import type { Append, Lease, Store } from "../store.ts";
import { makeLeaseLostError, StoreError } from "../store_errors.ts";
import { isStored } from "./entry_reader.ts";
import type { Link } from "./hash_chain.ts";

/** Maximum number of retries. */
const RETRIES = 3;
/** Delay before the first retry, in milliseconds. It doubles with each retry. */
const FIRST_DELAY = 100;

/**
 * Appends entries after `before`, with exponential backoff. If a reply is lost, reads
 * the session to find out if the entries were appended before it retries.
 *
 * @throws {StoreError} if the store fails with a permanent error or on every attempt.
 * @throws {LeaseLostError} if another writer holds the lease.
 */
export async function appendWithRetry(
  store: Store,
  lease: Lease,
  before: Link,
  appended: Append,
  clock: Clock,
): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await store.append(lease, appended);
    } catch (error) {
      const isOver = attempt === RETRIES ||
        !(error instanceof StoreError && (error.isRetryable || error.isUnknown));
      if (isOver) throw error;
      await wait(clock, FIRST_DELAY * 2 ** attempt, undefined);
      if (error.isUnknown && await isAppended(store, lease.id, before, appended, error)) return;
    }
  }
}

async function isAppended(
  store: Store,
  id: string,
  before: Link,
  { child, entries, release }: Append,
  cause: StoreError,
): Promise<boolean> {
  const read = async () => {
    const session = await store.read(id, child);
    const head = before.head + entries.length;
    if (session?.head === head && session.hash === entries.at(-1)!.hash) return true;
    if (session?.head === before.head && session.hash === before.hash) return false;
    // Once the lease is released, others may append. Before, that means that it was lost.
    return release && await isStored(store, { id, child }, entries) ? true : undefined;
  };
  const isKnown = await read().catch((): never => {
    throw cause;
  });
  if (isKnown === undefined) throw makeLeaseLostError(id);
  return isKnown;
}
