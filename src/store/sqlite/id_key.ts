/**
 * Ids of sessions as bytes that the database compares as `<` compares the ids.
 *
 * SQLite compares text by its UTF-8 bytes. That is the order of code points, and
 * differs from that of UTF-16 code units, which a store promises: "👍" is before
 * "\ue000" there. It compares blobs byte by byte, so the code units themselves,
 * high byte first, have the order that is wanted, and keep every text apart.
 *
 * @module
 */
import { MAX_ID_LENGTH } from "../store_arguments.ts";

/** A key behind those of all ids: longer than any of them, and of the highest bytes. */
const BEHIND_ALL: Uint8Array = new Uint8Array(2 * MAX_ID_LENGTH + 1).fill(0xff);

/** The key of an id, or of what ids begin with. */
export function idKey(id: string): Uint8Array {
  const key = new Uint8Array(2 * id.length);
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index);
    key[2 * index] = unit >> 8;
    key[2 * index + 1] = unit;
  }
  return key;
}

/** The id of a key. */
export function idOf(key: Uint8Array): string {
  let id = "";
  for (let index = 0; index + 1 < key.length; index += 2) {
    id += String.fromCharCode(key[index]! << 8 | key[index + 1]!);
  }
  return id;
}

/** The range of keys, the end not included, of ids that begin with a prefix and are behind an id. */
export function keyRange(prefix: string, after: string): readonly [Uint8Array, Uint8Array] {
  return [after < prefix ? idKey(prefix) : nextKey(after), endOf(idKey(prefix))];
}

/** The first key behind that of an id: there is none between them. */
function nextKey(id: string): Uint8Array {
  const key = new Uint8Array(2 * id.length + 1);
  key.set(idKey(id));
  return key;
}

/** The first key behind all that begin with this one. */
function endOf(key: Uint8Array): Uint8Array {
  let length = key.length;
  while (length > 0 && key[length - 1] === 0xff) length--;
  if (length === 0) return BEHIND_ALL;
  const end = key.slice(0, length);
  end[length - 1]!++;
  return end;
}
