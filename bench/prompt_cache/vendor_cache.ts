/**
 * Part of a conversation that prompt caches of vendors serve.
 *
 * Vendors differ in the position of the schema of an answer. In vLLM it is used only during
 * decoding, so the prefix consists of the messages. At OpenAI it precedes the system message
 * (https://platform.openai.com/docs/guides/prompt-caching), and at Anthropic another output
 * format invalidates the cache
 * (https://docs.claude.com/en/docs/build-with-claude/structured-outputs).
 *
 * @module
 */
import type { PlayedRequest } from "./conversation.ts";

/** Numbers of characters of one request. */
export interface ServedRequest {
  /** Number of characters. */
  readonly chars: number;
  /** Number of leading characters that the cache serves. */
  readonly stableChars: number;
}

/** Characters for roles, which are a few tokens in a chat template. No message contains them. */
export const ROLES = {
  system: "\u0001",
  user: "\u0002",
  assistant: "\u0003",
  tool: "\u0004",
} as const;

/** Serves requests in order from a cache of all earlier ones, with or without the schema first. */
export function serve(
  requests: readonly PlayedRequest[],
  isSchemaFirst: boolean,
): ServedRequest[] {
  const cache = new PrefixCache();
  const schemas = [...new Set(requests.map(({ schema }) => schema))];
  return requests.map(({ schema, messages }) => {
    // Each schema begins with a character of its own, so that two schemas share no prefix.
    const mark = String.fromCharCode(0xe000 + schemas.indexOf(schema));
    const conversation = messages.map(({ role, content }) => ROLES[role] + content).join("");
    const text = isSchemaFirst ? mark + schema + conversation : conversation;
    return { chars: text.length, stableChars: cache.add(text) };
  });
}

/** Computes the fraction of characters that was served, from 0 to 1. */
export function computeShare(served: readonly ServedRequest[]): number {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  return sum(served.map(({ stableChars }) => stableChars)) / sum(served.map(({ chars }) => chars));
}

/** Cache of texts, which finds the longest prefix that a text shares with an earlier one. */
export class PrefixCache {
  readonly #seen: string[] = [];

  /** Adds a text. Returns the length of the longest prefix that it shares with an earlier one. */
  add(text: string): number {
    let length = 0;
    for (const seen of this.#seen) {
      const end = Math.min(seen.length, text.length);
      // Skips texts that share less than the prefix found so far.
      if (!seen.startsWith(text.slice(0, length))) continue;
      while (length < end && seen.charCodeAt(length) === text.charCodeAt(length)) length++;
    }
    this.#seen.push(text);
    return length;
  }
}
