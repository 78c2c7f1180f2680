/**
 * Maps that keep only so much.
 *
 * @module
 */

/** Sets an entry; where the map is full, the oldest one goes. */
export function setBounded<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  limit: number,
): void {
  if (map.size >= limit) map.delete(map.keys().next().value!);
  map.set(key, value);
}
