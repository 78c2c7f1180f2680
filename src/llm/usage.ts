/**
 * Arithmetic of token usage.
 *
 * @module
 */
import { omitUndefined } from "../json/json.ts";
import type { Embeddings, Usage } from "./llm.ts";

type Counts = Omit<Usage, "isEstimated">;

/** Names of all token counts, in the order in which they are serialized. */
export const TOKEN_COUNTS: readonly (keyof Counts)[] = [
  "input",
  "output",
  "cachedInput",
  "cacheWriteInput",
  "reasoning",
];

/** Reads the usage of a model call. Drops invalid counts; undefined if none is valid. */
export function readUsage(usage: unknown): Usage | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const counts = mapCounts((name) => {
    const count = (usage as Usage)[name];
    return Number.isSafeInteger(count) && count! >= 0 ? count : undefined;
  });
  if (Object.keys(counts).length === 0) return undefined;
  return (usage as Usage).isEstimated === true ? { ...counts, isEstimated: true } : counts;
}

/** Adds two usages. A count that is absent in both is absent in the sum. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum = mapCounts((name) => a[name] === undefined ? b[name] : a[name] + (b[name] ?? 0));
  return a.isEstimated || b.isEstimated ? { ...sum, isEstimated: true } : sum;
}

/** Adds what a model reported to its vectors. Not enumerable, so that they equal a plain list. */
export function addReport(
  vectors: number[][],
  report: Readonly<Record<"usage" | "model", unknown>>,
): Embeddings {
  for (const [name, value] of Object.entries(report)) {
    if (value !== undefined) Object.defineProperty(vectors, name, { value });
  }
  return vectors;
}

/** Subtracts `part` from `whole`, which must include it. */
export function subtractUsage(whole: Usage, part: Usage): Usage {
  const rest = mapCounts((name) => whole[name] && whole[name] - (part[name] ?? 0));
  return whole.isEstimated ? { ...rest, isEstimated: true } : rest;
}

function mapCounts(count: (name: keyof Counts) => number | undefined): Usage {
  return omitUndefined(Object.fromEntries(TOKEN_COUNTS.map((name) => [name, count(name)])));
}

/** Estimated characters per token: about the average of English text. */
const CHARS_PER_TOKEN = 4;

/** Estimates the usage of a call that did not report it, from the lengths of prompt and answer. */
export function estimateUsage(promptChars: number, answerChars: number): Usage {
  return {
    input: Math.ceil(promptChars / CHARS_PER_TOKEN),
    output: Math.ceil(answerChars / CHARS_PER_TOKEN),
    isEstimated: true,
  };
}
