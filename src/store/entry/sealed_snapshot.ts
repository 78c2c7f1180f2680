/**
 * Snapshots with a hash, from which a session is opened without reading the entries before them.
 *
 * @module
 */
import { Position } from "../../history/position.ts";
import type { StoredSnapshot } from "../store.ts";
import { makeDamagedError, nextHash, readStored } from "./hash_chain.ts";

/**
 * Serializes a position, with a hash that covers it and `hash`, the hash of the last entry before
 * it.
 */
export function sealSnapshot(position: Position, hash: string): string {
  const text = position.snapshot();
  return `${text.slice(0, -1)},"${nextHash(hash, text)}"]`;
}

/**
 * Reads the position in a snapshot. Returns undefined if another release wrote it: then it is
 * ignored, and the entries are read instead.
 *
 * @throws {SessionDamagedError} if it was changed.
 */
export function readSnapshot(
  id: string,
  start: string,
  snapshot: StoredSnapshot | undefined,
): Position | undefined {
  if (snapshot === undefined) return undefined;
  const { body, hash } = snapshot;
  const position = readStored(
    id,
    "its snapshot cannot be read",
    () => Position.from(start, body),
  );
  if (position !== undefined && sealSnapshot(position, hash) !== body) {
    throw makeDamagedError(id, "its snapshot was changed: expected content that matches its hash");
  }
  return position;
}
