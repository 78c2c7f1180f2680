/**
 * Appending to a session, and knowing whether it happened.
 *
 * @module
 */
import { type Clock, wait } from "../clock.ts";
import type { Link } from "./hash_chain.ts";
import { leaseLost } from "./session_lease.ts";
import type { Append, Lease, Store } from "./store.ts";
import { StoreError } from "./store_errors.ts";

/** Maximum number of retries of a write that certainly was not done. */
const RETRIES = 3;
/** Delay before the first retry, in milliseconds. It doubles with each. */
const RETRY_DELAY = 100;

/**
 * Appends entries behind `before`. If the answer is lost, finds out from the store if
 * they were appended.
 *
 * @throws {StoreError} if the store fails for good.
 * @throws {LeaseLostError} if another writer has the session.
 */
export async function appendSurely(
  store: Store,
  lease: Lease,
  before: Link,
  appended: Omit<Append, "head">,
  clock: Clock,
): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await store.append(lease, { head: before.head, ...appended });
    } catch (error) {
      const isOver = attempt === RETRIES ||
        !(error instanceof StoreError && (error.isRetryable || error.isUnknown));
      if (isOver) throw error;
      await wait(clock, RETRY_DELAY * 2 ** attempt, undefined);
      if (error.isUnknown && await isAppended(store, lease.id, before, appended, error)) return;
    }
  }
}

async function isAppended(
  store: Store,
  id: string,
  before: Link,
  { entries }: Omit<Append, "head">,
  cause: StoreError,
): Promise<boolean> {
  const session = await store.read(id).catch((): never => {
    throw cause;
  });
  const head = before.head + entries.length;
  if (session?.head === head && session.hash === entries.at(-1)!.hash) return true;
  if (session?.head === before.head && session.hash === before.hash) return false;
  throw leaseLost(id);
}
