/**
 * Appending to a session, and knowing whether it happened.
 *
 * @module
 */
import { type Clock, wait } from "../clock.ts";
import type { Link } from "./hash_chain.ts";
import { leaseLost } from "./session_lease.ts";
import type { Append, Lease, Store, StoredSession } from "./store.ts";
import { StoreError } from "./store_errors.ts";

/** How often a write is tried again that certainly did not happen, and how long to wait before. */
const RETRIES = 3;
const RETRY_DELAY = 100;

/**
 * Appends, and finds out whether it happened where the answer was lost.
 *
 * @param before Where the session ends before.
 * @param after Where it ends after.
 * @throws {StoreError} if the store fails for good.
 * @throws {LeaseLostError} if another writer has the session.
 */
export async function appendSurely(
  store: Store,
  lease: Lease,
  appended: Append,
  { before, after }: { readonly before: Link; readonly after: Link },
  clock: Clock,
): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await store.append(lease, appended);
    } catch (error) {
      const isOver = attempt === RETRIES ||
        !(error instanceof StoreError && (error.isRetryable || error.isUnknown));
      if (isOver) throw error;
      await wait(clock, RETRY_DELAY * 2 ** attempt, undefined);
      if (error.isUnknown && await isAppended(store, lease.id, before, after, error)) return;
    }
  }
}

async function isAppended(
  store: Store,
  id: string,
  before: Link,
  after: Link,
  cause: StoreError,
): Promise<boolean> {
  let session: StoredSession | undefined;
  try {
    session = await store.read(id);
  } catch {
    throw cause;
  }
  if (session?.head === after.head && session.hash === after.hash) return true;
  if (session?.head === before.head && session.hash === before.hash) return false;
  throw leaseLost(id);
}
