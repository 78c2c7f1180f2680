/**
 * The part of a conversation that vendors' caches would serve.
 *
 * Vendors differ in where the schema of an answer stands. Where it is only used
 * while the answer is decoded, as in vLLM, the messages alone are the prefix. At
 * OpenAI it stands before the system message
 * (https://platform.openai.com/docs/guides/prompt-caching), and at Anthropic another
 * output format makes the cache void
 * (https://docs.claude.com/en/docs/build-with-claude/structured-outputs).
 *
 * @module
 */
import type { PlayedRequest } from "./conversation.ts";

/** The characters of one request. */
export interface ServedRequest {
  /** All of them. */
  readonly chars: number;
  /** Those at the beginning that the cache has seen. */
  readonly stableChars: number;
}

/** A character for each role, as it is one token or few in a chat template; no message has them. */
const ROLES = { system: "\u0001", user: "\u0002", assistant: "\u0003", tool: "\u0004" } as const;

/** Asks a cache that keeps all requests for each in turn, with the schema before it or without. */
export function serve(
  requests: readonly PlayedRequest[],
  isSchemaFirst: boolean,
): ServedRequest[] {
  const cache = new PrefixCache();
  const schemas = [...new Set(requests.map(({ schema }) => schema))];
  return requests.map(({ schema, messages }) => {
    // A character of its own begins each schema: those of two schemas have nothing in common.
    const mark = String.fromCharCode(0xe000 + schemas.indexOf(schema));
    const said = messages.map(({ role, content }) => ROLES[role] + content).join("");
    const text = isSchemaFirst ? mark + schema + said : said;
    return { chars: text.length, stableChars: cache.take(text) };
  });
}

/** The part of all characters that was served, from 0 to 1. */
export function shareOf(served: readonly ServedRequest[]): number {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  return sum(served.map(({ stableChars }) => stableChars)) / sum(served.map(({ chars }) => chars));
}

/** Remembers texts, and finds the longest beginning that one of them has in common with another. */
export class PrefixCache {
  readonly #seen: string[] = [];

  /** The number of characters at the beginning of a text that were seen before. */
  take(text: string): number {
    let length = 0;
    for (const seen of this.#seen) {
      const end = Math.min(seen.length, text.length);
      // Most texts share less than what was found already, which one comparison tells.
      if (!seen.startsWith(text.slice(0, length))) continue;
      while (length < end && seen.charCodeAt(length) === text.charCodeAt(length)) length++;
    }
    this.#seen.push(text);
    return length;
  }
}
