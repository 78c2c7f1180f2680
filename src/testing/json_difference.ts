/**
 * Comparison of JSON values: the order of keys does not count, and `undefined` is absent.
 *
 * @module
 */

/** Returns true if two JSON values are the same. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return differingPath(a, b) === undefined;
}

/**
 * Returns the path of the first difference, for example
 * `decision.calls.0.args.size`; empty if nothing is alike, undefined if all is.
 */
export function differingPath(a: unknown, b: unknown): string | undefined {
  return pathBetween(a, b, []);
}

function pathBetween(a: unknown, b: unknown, path: readonly string[]): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isComposed(a) || !isComposed(b) || Array.isArray(a) !== Array.isArray(b)) {
    return path.join(".");
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = pathBetween(a[key], b[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isComposed(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
