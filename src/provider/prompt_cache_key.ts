/**
 * The key that tells a vendor which requests begin alike.
 *
 * @module
 */
import type { LLMRequest } from "../llm/llm.ts";
import { sha256 } from "../json/sha256.ts";

/** How many of its hexadecimal digits are kept: enough for all sessions there will ever be. */
const DIGITS = 32;

/**
 * The same for all requests of a session, and another for every other: a hash of
 * the standing text and the session's id. A vendor that is given it sends those
 * requests to the machine that has their common beginning in its cache.
 * Source: https://platform.openai.com/docs/guides/prompt-caching.
 */
export async function promptCacheKey({ messages, sessionId }: LLMRequest): Promise<string> {
  const beginning = JSON.stringify([messages[0]?.content ?? "", sessionId ?? ""]);
  return (await sha256(beginning)).slice(0, DIGITS);
}
