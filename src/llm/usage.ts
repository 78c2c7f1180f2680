/**
 * What model calls cost, in tokens.
 *
 * @module
 */
import type { Usage } from "./llm.ts";

/** Every count there is, in the order in which they are written. */
export const TOKEN_COUNTS: readonly (keyof Usage)[] = [
  "input",
  "output",
  "cachedInput",
  "cacheWriteInput",
  "reasoning",
];

/** The counts a model reported, those that are no counts left out; undefined if none is left. */
export function readUsage(usage: unknown): Usage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const counts = TOKEN_COUNTS.flatMap((name) => {
    const count = (usage as Usage)[name];
    return Number.isSafeInteger(count) && count! >= 0 ? [[name, count]] : [];
  });
  return counts.length > 0 ? Object.fromEntries(counts) : undefined;
}

/** Both together. A count that neither has is absent. */
export function addUsage(a: Usage, b: Usage): Usage {
  const counts = TOKEN_COUNTS.flatMap((name) =>
    a[name] === undefined && b[name] === undefined ? [] : [[name, (a[name] ?? 0) + (b[name] ?? 0)]]
  );
  return Object.fromEntries(counts);
}
