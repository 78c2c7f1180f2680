/**
 * The keys that a list of sessions reads.
 *
 * @module
 */
import { keyBehind, keyOf } from "../session_key.ts";
import { MAX_ID_LENGTH } from "../store_arguments.ts";

/** A key behind those of all ids: longer than any of them, and of the highest bytes. */
const BEHIND_ALL: Uint8Array = keyOf("\uffff".repeat(MAX_ID_LENGTH + 1));

/** The range of keys, the end not included, of ids that begin with a prefix and are behind an id. */
export function keyRange(prefix: string, after: string): readonly [Uint8Array, Uint8Array] {
  // The least text behind another is that with a NUL at its end.
  return [keyOf(after < prefix ? prefix : `${after}\0`), keyBehind(prefix) ?? BEHIND_ALL];
}
