/**
 * Whether two JSON values are the same.
 *
 * @module
 */

/** Whether two JSON values are the same: the order of keys is no difference, `undefined` is absent. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [members, others] = [presentMembers(a), presentMembers(b)];
  return members.size === others.size &&
    [...members].every(([key, value]) => isSameJson(value, others.get(key)));
}

function presentMembers(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}
