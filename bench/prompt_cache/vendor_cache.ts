/**
 * What vendors' caches would serve of a conversation.
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
import type { PlayedRequest } from "./play_conversation.ts";
import { PrefixCache } from "./prefix_cache.ts";

/** What a prompt is made of, and in which order. */
export interface PromptLayout {
  /** What it is called. */
  readonly name: string;
  /** Whether the schema stands before the messages. */
  readonly isSchemaFirst: boolean;
  /** Whether the step stands behind the standing text, and not behind the history. */
  readonly isStepFirst: boolean;
}

/** What a cache serves of one request, in characters. */
export interface ServedRequest {
  /** All of it. */
  readonly chars: number;
  /** The beginning that the cache has seen. */
  readonly stableChars: number;
}

/** What a cache serves of each request; it keeps so many earlier ones. Default: all. */
export function serve(
  requests: readonly PlayedRequest[],
  { isSchemaFirst, isStepFirst }: PromptLayout,
  kept?: number,
): ServedRequest[] {
  const cache = new PrefixCache(kept);
  const schemas = [...new Set(requests.map(({ schema }) => schema))];
  return requests.map((request) => {
    const { schema } = request;
    const messages = messagesText(request, isStepFirst);
    const text = isSchemaFirst
      ? `${markOf(schemas.indexOf(schema))}${schema}${messages}`
      : messages;
    return { chars: text.length, stableChars: cache.take(text) };
  });
}

/** A character that begins one schema alone: those of two schemas have nothing in common. */
function markOf(index: number): string {
  return String.fromCharCode(0xe000 + index);
}

/** The part of all characters that was served, from 0 to 1. */
export function shareOf(served: readonly ServedRequest[]): number {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  return sum(served.map(({ stableChars }) => stableChars)) / sum(served.map(({ chars }) => chars));
}

/** About as many characters are one token, in English. */
const CHARS_PER_TOKEN = 4;

/**
 * What is served of a request where only prefixes of at least 1,024 tokens are cached,
 * and only in steps of 128, as OpenAI does.
 */
export function inBlocks({ chars, stableChars }: ServedRequest): ServedRequest {
  const tokens = Math.floor(stableChars / CHARS_PER_TOKEN);
  const cached = tokens < 1024 ? 0 : tokens - tokens % 128;
  return { chars, stableChars: cached * CHARS_PER_TOKEN };
}

/** The messages as one text; a role is one character, as it is one token or few in a chat template. */
function messagesText({ messages }: PlayedRequest, isStepFirst: boolean): string {
  const last = messages.length - 1;
  const order = isStepFirst
    ? [messages[0]!, messages[last]!, ...messages.slice(1, last)]
    : messages;
  return order.map(({ role, content }) => ROLES[role] + content).join("");
}

/** Control characters, which no message has. */
const ROLES = { system: "\u0001", user: "\u0002", assistant: "\u0003", tool: "\u0004" } as const;
