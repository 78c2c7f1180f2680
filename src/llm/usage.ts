/**
 * What model calls cost, in tokens.
 *
 * @module
 */
import { omitUndefined } from "../json/json.ts";
import type { Usage } from "./llm.ts";

type Counts = Omit<Usage, "isEstimated">;

/** Every count there is, in the order in which they are written. */
export const TOKEN_COUNTS: readonly (keyof Counts)[] = [
  "input",
  "output",
  "cachedInput",
  "cacheWriteInput",
  "reasoning",
];

/** Returns the counts a model reported, without those that are no counts; undefined if none is left. */
export function readUsage(usage: unknown): Usage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const counts = countsOf((name) => {
    const count = (usage as Usage)[name];
    return Number.isSafeInteger(count) && count! >= 0 ? count : undefined;
  });
  return Object.keys(counts).length > 0 ? counts : undefined;
}

/** Adds two usages. A count that neither has is absent. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum = countsOf((name) => a[name] === undefined ? b[name] : a[name] + (b[name] ?? 0));
  return a.isEstimated || b.isEstimated ? { ...sum, isEstimated: true } : sum;
}

/** Returns what is left of a usage without another, which is a part of it. */
export function subtractUsage(whole: Usage, part: Usage): Usage {
  const rest = countsOf((name) => whole[name] && whole[name] - (part[name] ?? 0));
  return whole.isEstimated ? { ...rest, isEstimated: true } : rest;
}

function countsOf(count: (name: keyof Counts) => number | undefined): Usage {
  return omitUndefined(Object.fromEntries(TOKEN_COUNTS.map((name) => [name, count(name)])));
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
