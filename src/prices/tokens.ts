/**
 * The counts that a price can be put on.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";

/** Tokens of one call: whole, consistent, none of them unknown. */
export interface Tokens {
  /** Tokens of the prompt, those of the cache included. */
  readonly input: number;
  /** Tokens of the answer, reasoning included. */
  readonly output: number;
  /** Tokens of the prompt that came from the cache. */
  readonly cachedInput: number;
  /** Tokens of the prompt that were written to the cache. */
  readonly cacheWriteInput: number;
  /** Tokens of the answer that were reasoning. */
  readonly reasoning: number;
}

/**
 * The tokens of a call; undefined where their price would be a guess: a count is
 * no count, `input` or `output` is missing, or a part is more than its whole.
 */
export function readTokens(usage: Usage): Tokens | undefined {
  const { input, output, cachedInput = 0, cacheWriteInput = 0, reasoning = 0 } = usage;
  if (input === undefined || output === undefined) return undefined;
  const counts = [input, output, cachedInput, cacheWriteInput, reasoning];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return undefined;
  if (cachedInput + cacheWriteInput > input || reasoning > output) return undefined;
  return { input, output, cachedInput, cacheWriteInput, reasoning };
}
