/**
 * Comparison of JSON values. The order of keys is ignored; `undefined` counts as absent.
 *
 * @module
 */

/** Returns true if two JSON values are equal. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return findDifferingPath(a, b) === undefined;
}

/**
 * Returns the path of the first difference, for example
 * `decision.calls.0.args.size`. The path is empty if the values themselves
 * differ, and undefined if they are equal.
 */
export function findDifferingPath(a: unknown, b: unknown): string | undefined {
  return findPath(a, b, []);
}

function findPath(a: unknown, b: unknown, path: readonly string[]): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isComposed(a) || !isComposed(b) || Array.isArray(a) !== Array.isArray(b)) {
    return path.join(".");
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = findPath(a[key], b[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isComposed(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
