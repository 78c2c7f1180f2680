/**
 * Verification of a stored session.
 *
 * @module
 */
import { findSession, refuseDeleted } from "../find_session.ts";
import type { Store } from "../store.ts";
import { readSnapshot } from "./sealed_snapshot.ts";
import { readCovered, readPast } from "./verified_past.ts";

/** Implements {@linkcode VerifiableStore}. */
export async function verifySession(store: Store, id: string): Promise<void> {
  const { stored, first, start } = await findSession(store, { id }) ?? refuseDeleted(id);
  const { snapshot, head, hash, meta } = stored;
  const address = { id, meta };
  const position = readSnapshot(id, start, snapshot);
  // A snapshot of another version is never used.
  if (snapshot !== undefined && position !== undefined) {
    await readCovered(store, { address, first, end: snapshot }, start, position.snapshot());
  }
  for await (const _ of readPast(store, { address, first, end: { head, hash } }));
}
