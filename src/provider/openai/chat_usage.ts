/**
 * What a call cost, as servers of the Chat Completions protocol tell it.
 *
 * @module
 */
import { isPlainObject } from "../../json/json.ts";
import type { Usage } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";

/** The counts in the `usage` of a response; undefined if there is none. */
export function readChatUsage(usage: unknown): Usage | undefined {
  if (!isPlainObject(usage)) return undefined;
  const prompt = detailsOf(usage.prompt_tokens_details);
  const completion = detailsOf(usage.completion_tokens_details);
  return readUsage({
    input: usage.prompt_tokens,
    output: outputOf(usage),
    // DeepSeek has a field of its own.
    cachedInput: prompt.cached_tokens ?? usage.prompt_cache_hit_tokens,
    cacheWriteInput: prompt.cache_write_tokens,
    reasoning: completion.reasoning_tokens,
  });
}

/**
 * The tokens of the answer with those of the reasoning. OpenAI counts both as
 * completion; xAI and Google bill reasoning as output, and count it in the total only.
 */
function outputOf({ prompt_tokens, completion_tokens, total_tokens }: Details): unknown {
  if (![prompt_tokens, completion_tokens, total_tokens].every(Number.isSafeInteger)) {
    return completion_tokens;
  }
  return Math.max(
    completion_tokens as number,
    (total_tokens as number) - (prompt_tokens as number),
  );
}

interface Details {
  readonly [count: string]: unknown;
}

function detailsOf(details: unknown): Details {
  return isPlainObject(details) ? details : {};
}
