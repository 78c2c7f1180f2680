/**
 * What model calls cost, in tokens.
 *
 * @module
 */
import type { Usage } from "./llm.ts";

/** Every count there is, in the order in which they are written. */
export const TOKEN_COUNTS: readonly Exclude<keyof Usage, "isEstimated">[] = [
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
  const sum: Usage = Object.fromEntries(counts);
  return a.isEstimated || b.isEstimated ? { ...sum, isEstimated: true } : sum;
}

/** What is in the first and not in the second, which is a part of it. */
export function subtractUsage(whole: Usage, part: Usage): Usage {
  const counts = TOKEN_COUNTS.flatMap((name) =>
    whole[name] === undefined ? [] : [[name, whole[name] - (part[name] ?? 0)]]
  );
  const rest: Usage = Object.fromEntries(counts);
  return whole.isEstimated ? { ...rest, isEstimated: true } : rest;
}

/** Characters per token, where nobody has counted: about what English text has. */
const CHARS_PER_TOKEN = 4;

/** What a call cost that did not report it, by the characters of its prompt and its answer. */
export function estimateUsage(promptChars: number, answerChars: number): Usage {
  return {
    input: Math.ceil(promptChars / CHARS_PER_TOKEN),
    output: Math.ceil(answerChars / CHARS_PER_TOKEN),
    isEstimated: true,
  };
}
