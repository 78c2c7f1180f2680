/**
 * Usage in chat completions.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";
import { readUsage } from "../llm/usage.ts";
import { asRecord } from "./untrusted_values.ts";

/** Reads the token counts in `usage`; undefined if it has none. */
export function readChatUsage(usage: unknown): Usage | undefined {
  const counts = asRecord(usage);
  const prompt = asRecord(counts.prompt_tokens_details);
  return readUsage({
    input: counts.prompt_tokens,
    output: readOutputTokens(counts),
    // DeepSeek has a field of its own.
    cachedInput: prompt.cached_tokens ?? counts.prompt_cache_hit_tokens,
    cacheWriteInput: prompt.cache_write_tokens,
    reasoning: asRecord(counts.completion_tokens_details).reasoning_tokens,
  });
}

/**
 * Returns the number of output tokens, including reasoning. OpenAI includes reasoning in
 * `completion_tokens`; xAI and Google bill it as output but add it to `total_tokens` only.
 */
function readOutputTokens(counts: Readonly<Record<string, unknown>>): unknown {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = counts;
  if (![prompt, completion, total].every(Number.isSafeInteger)) return completion;
  return Math.max(completion as number, (total as number) - (prompt as number));
}
