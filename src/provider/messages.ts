/**
 * Conversion of the core's messages to those of chat protocols.
 *
 * Most servers accept a system message only at the beginning, and a `tool` message only
 * as the result of a native tool call. Late system messages and tool results are
 * therefore sent as user messages inside a frame, such as `<tool_result>`. Users and
 * tools cannot forge a frame, because frame tags in their text are escaped. Each message
 * is converted on its own, so a message that is sent again has the same text and
 * the provider's prompt cache hits.
 *
 * @module
 */
import { sha256 } from "../json/text.ts";
import type { LLMRequest, Message } from "../llm/llm.ts";

/** Message order that a chat protocol allows. */
export interface MessageRules {
  /** If true, a system message may follow other messages. */
  readonly lateSystem: boolean;
  /** If true, consecutive messages may have the same role. */
  readonly adjacent: boolean;
}

/** A message of a chat protocol. */
export interface ChatMessage {
  /** Author of the message. */
  readonly role: "system" | "user" | "assistant";
  /** Texts of the message; more than one if messages of one role were joined. */
  readonly parts: readonly string[];
  /** Number of leading texts that the session's next request repeats at the same position. */
  readonly stableParts: number;
}

/** Converts messages in order. The session's next request repeats the first `stable` of them. */
export function mapMessages(
  messages: readonly Message[],
  rules: MessageRules,
  stable: number,
): ChatMessage[] {
  const mapped: { role: ChatMessage["role"]; parts: string[]; stableParts: number }[] = [];
  for (const [index, message] of messages.entries()) {
    const { role, text } = mapMessage(message, index === 0 || rules.lateSystem);
    const stableParts = index < stable ? 1 : 0;
    const before = mapped.at(-1);
    if (before?.role === role && !rules.adjacent) {
      before.parts.push(text);
      before.stableParts += stableParts;
    } else mapped.push({ role, parts: [text], stableParts });
  }
  return mapped;
}

function mapMessage(
  { role, content }: Message,
  isSystemAllowed: boolean,
): { readonly role: ChatMessage["role"]; readonly text: string } {
  switch (role) {
    case "system":
      return isSystemAllowed
        ? { role, text: content }
        : { role: "user", text: wrapInFrame("instructions", content) };
    case "tool":
      return { role: "user", text: wrapInFrame("tool_result", escapeFrames(content)) };
    case "user":
      return { role, text: escapeFrames(content) };
    case "assistant":
      return { role, text: content };
    default:
      return role satisfies never;
  }
}

function wrapInFrame(frame: "instructions" | "tool_result", text: string): string {
  return `<${frame}>\n${text}\n</${frame}>`;
}

const FRAME_REGEXP = /<(?=\s*\/?\s*(?:instructions|tool_result)\b)/gi;

/** Escapes frame tags in a text. Other text is unchanged. */
function escapeFrames(text: string): string {
  return text.includes("<") ? text.replaceAll(FRAME_REGEXP, "&lt;") : text;
}

/** Length of a cache key, in hexadecimal digits. 128 bits make collisions negligible. */
const CACHE_KEY_LENGTH = 32;

/**
 * Returns the prompt cache key of a session: a hash of its standing text and its id. The
 * vendor routes requests with the same key to the machine that has cached their common prefix.
 *
 * Source: https://platform.openai.com/docs/guides/prompt-caching.
 */
export async function createCacheKey({ messages, sessionId }: LLMRequest): Promise<string> {
  const beginning = JSON.stringify([messages[0]?.content ?? "", sessionId ?? ""]);
  return (await sha256(beginning)).slice(0, CACHE_KEY_LENGTH);
}
