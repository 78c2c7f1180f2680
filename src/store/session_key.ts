/**
 * Ids of sessions as bytes that a database compares as `<` compares the ids.
 *
 * Text will not do: SQLite compares it by its UTF-8 bytes, where "👍" is behind
 * "\ue000", and PostgreSQL by the collation of the database; it can hold neither
 * NUL nor half a surrogate pair there, which may be asked for. Bytes take
 * everything and are compared one by one: those of UTF-16, the higher of each two
 * first, sort as JavaScript compares strings.
 *
 * An id of ASCII characters is read by a person in PostgreSQL with
 * `select replace(encode(id, 'escape'), '\000', '') from nomos_agent.session`.
 *
 * @module
 */

/** Maximum length of the id of a session, in UTF-16 code units. */
export const MAX_ID_LENGTH = 1_000;

/** The key of an id. Keys compare as the ids do with `<`, and begin alike where the ids do. */
export function keyOf(id: string): Uint8Array {
  const key = new Uint8Array(id.length * 2);
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at);
    key[at * 2] = unit >> 8;
    key[at * 2 + 1] = unit & 0xff;
  }
  return key;
}

/** The id of a key. */
export function idOf(key: Uint8Array): string {
  let id = "";
  for (let at = 0; at < key.length; at += 2) {
    id += String.fromCharCode(key[at]! << 8 | key[at + 1]!);
  }
  return id;
}

/** A key behind those of all ids: longer than any of them, and of the highest bytes. */
const BEHIND_ALL: Uint8Array = keyOf("\uffff".repeat(MAX_ID_LENGTH + 1));

/** The range of keys, the end not included, of ids that begin with a prefix and are behind an id. */
export function keyRange(prefix: string, after: string): readonly [Uint8Array, Uint8Array] {
  // The least text behind another is that with a NUL at its end.
  const from = keyOf(after < prefix ? prefix : `${after}\0`);
  const stem = prefix.replace(/\uffff+$/, "");
  if (stem === "") return [from, BEHIND_ALL];
  const last = stem.length - 1;
  return [from, keyOf(stem.slice(0, last) + String.fromCharCode(stem.charCodeAt(last) + 1))];
}
