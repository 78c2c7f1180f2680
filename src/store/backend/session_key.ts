/**
 * Keys of sessions: their ids as big-endian UTF-16 bytes, which a database sorts as
 * `<` sorts the ids.
 *
 * The ids are not stored as text, because databases sort text differently: SQLite by
 * its UTF-8 bytes, which puts "👍" after "\ue000", and PostgreSQL by the collation of
 * the database. PostgreSQL also rejects NUL and lone surrogates in text, which callers
 * may pass when they look up an id.
 *
 * To read ASCII ids in PostgreSQL, use
 * `select replace(encode(id, 'escape'), '\000', '') from nomos_agent.session`.
 *
 * @module
 */

/** Maximum length of a session id, in UTF-16 code units. */
export const MAX_ID_LENGTH = 1_000;

/** Encodes an id as a key. Ids with a common prefix have keys with a common prefix. */
export function encodeKey(id: string): Uint8Array {
  const key = new Uint8Array(id.length * 2);
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at);
    key[at * 2] = unit >> 8;
    key[at * 2 + 1] = unit & 0xff;
  }
  return key;
}

/** Encodes the id of a child; null for the session itself. */
export function encodeChild(child: string | undefined): Uint8Array | null {
  return child === undefined ? null : encodeKey(child);
}

/** Decodes a key. */
export function decodeKey(key: Uint8Array): string {
  let id = "";
  for (let at = 0; at < key.length; at += 2) {
    id += String.fromCharCode(key[at]! << 8 | key[at + 1]!);
  }
  return id;
}

/** Key that sorts after the keys of all ids. */
const AFTER_ALL: Uint8Array = encodeKey("\uffff".repeat(MAX_ID_LENGTH + 1));

/**
 * Returns the range of keys, end exclusive, of ids that begin with `prefix` and sort after
 * `after`.
 */
export function keyRange(prefix: string, after: string): readonly [Uint8Array, Uint8Array] {
  // The string that sorts directly after another is the same string followed by NUL.
  const from = encodeKey(after < prefix ? prefix : `${after}\0`);
  const stem = prefix.replace(/\uffff+$/, "");
  if (stem === "") return [from, AFTER_ALL];
  const last = stem.length - 1;
  return [from, encodeKey(stem.slice(0, last) + String.fromCharCode(stem.charCodeAt(last) + 1))];
}
