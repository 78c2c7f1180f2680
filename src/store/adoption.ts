/**
 * Adoption of the child sessions that version 2 stored as sessions of their own.
 *
 * @module
 */
import { isPlainObject } from "../json/json.ts";
import { decodeKey, encodeKey } from "./backend/session_key.ts";
import { firstHash } from "./entry/hash_chain.ts";
import type { Lease, Store } from "./store.ts";

/** Pattern of metadata that may name a caller, for `LIKE`. */
export const HAS_CALLER = '%"caller":%';

/** Rest of a child's id after that of its caller: the place of the call. */
const PLACE_REGEXP = /^\/\d+\/\d+$/;

/** Keys of a child and of the session to which it belongs. */
interface Adoption {
  readonly child: Uint8Array;
  readonly session: Uint8Array;
}

/**
 * Returns the session of each child: the topmost of its callers, which are named in the
 * metadata. Other sessions are ignored.
 */
export function listAdoptions(
  sessions: readonly { readonly id: Uint8Array; readonly meta: string }[],
): readonly Adoption[] {
  const callers = new Map<string, string>();
  for (const { id, meta } of sessions) {
    const [child, caller] = [decodeKey(id), readCaller(meta)];
    if (caller === undefined || !child.startsWith(caller)) continue;
    if (PLACE_REGEXP.test(child.slice(caller.length))) callers.set(child, caller);
  }
  return [...callers].map(([id, caller]) => {
    let topmost = caller;
    while (callers.has(topmost)) topmost = callers.get(topmost)!;
    return { child: encodeKey(id), session: encodeKey(topmost) };
  });
}

/**
 * Adopts the session that version 2 stored for a call as a child of the lease's session, unless the
 * store has done so. Does nothing if there is none.
 *
 * @param caller Id of the session or child that made the call.
 */
export async function adoptStored(
  store: Store,
  lease: Lease,
  child: string,
  caller: string,
): Promise<void> {
  const old = await store.read(child);
  if (old === undefined || readCaller(old.meta) !== caller) return;
  const { meta, head } = old;
  const known = await store.read(lease.id, child);
  if (known === undefined) {
    await store.createChild(lease, child, { meta, hash: firstHash(child) });
  }
  if ((known?.head ?? 0) === 0 && head > 0) {
    // One append, so that a process that dies leaves all entries or none.
    const entries = await store.entries(child, { from: 0, limit: head });
    await store.append(lease, { child, head: 0, entries });
  }
  await store.delete(child);
}

/** Returns the caller in the metadata of a session; undefined if there is none. */
function readCaller(meta: string): string | undefined {
  try {
    const value: unknown = JSON.parse(meta);
    const caller = isPlainObject(value) ? value.caller : undefined;
    return typeof caller === "string" ? caller : undefined;
  } catch {
    // An application may store other metadata.
    return undefined;
  }
}
