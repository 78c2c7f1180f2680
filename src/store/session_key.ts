/**
 * Ids of sessions as bytes that a database compares as `<` compares the ids.
 *
 * Of text that is not so: SQLite compares it by its UTF-8 bytes, where "👍" is
 * behind "\ue000", and PostgreSQL by the collation of the database; there it can
 * hold neither NUL nor half a surrogate pair, which may be asked for. Bytes take
 * everything and are compared one by one: those of UTF-16, the higher of each two
 * first, sort as JavaScript compares strings.
 *
 * An id of ASCII characters is read by a person in PostgreSQL with
 * `select replace(encode(id, 'escape'), '\000', '') from nomos_agent.session`.
 *
 * @module
 */

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

/** The first key behind those of all ids that begin with a prefix; undefined if nothing is behind. */
export function keyBehind(prefix: string): Uint8Array | undefined {
  const stem = prefix.replace(/\uffff+$/, "");
  if (stem === "") return undefined;
  const last = stem.length - 1;
  return keyOf(stem.slice(0, last) + String.fromCharCode(stem.charCodeAt(last) + 1));
}
