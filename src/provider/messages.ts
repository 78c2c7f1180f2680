/**
 * The core's messages in the form that chat protocols have.
 *
 * Most servers take a system message at the beginning alone, and a `tool`
 * message only as the answer to a call of their own making. So what the core
 * says late, and what tools gave, goes as a message of the user in a frame that
 * nobody else can write: the tags of frames are escaped in what users say and tools give.
 * Each message is mapped by itself, so what was sent once is sent the same again.
 *
 * @module
 */
import { sha256 } from "../json/text.ts";
import type { LLMRequest, Message } from "../llm/llm.ts";

/** What a protocol allows. */
export interface MessageRules {
  /** Whether a system message may stand behind others. */
  readonly lateSystem: boolean;
  /** Whether messages of one role may follow each other. */
  readonly adjacent: boolean;
}

/** A message as chat protocols have it. */
export interface ChatMessage {
  /** Who speaks. */
  readonly role: "system" | "user" | "assistant";
  /** Its texts: several where messages of one role were joined. */
  readonly parts: readonly string[];
  /** How many of the texts, from the first, the session's next request has again at the same place. */
  readonly stableParts: number;
}

/** Maps messages, in their order. The first `stable` are in the session's next request again. */
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
        : { role: "user", text: framed("instructions", content) };
    case "tool":
      return { role: "user", text: framed("tool_result", escapeFrames(content)) };
    case "user":
      return { role, text: escapeFrames(content) };
    case "assistant":
      return { role, text: content };
    default:
      return role satisfies never;
  }
}

function framed(frame: "instructions" | "tool_result", text: string): string {
  return `<${frame}>\n${text}\n</${frame}>`;
}

const FRAME_REGEXP = /<(?=\s*\/?\s*(?:instructions|tool_result)\b)/gi;

/** Text in which nothing reads as a frame of ours; any other text is kept as it is. */
function escapeFrames(text: string): string {
  return text.includes("<") ? text.replaceAll(FRAME_REGEXP, "&lt;") : text;
}

/** Number of hexadecimal digits of a key: enough for all sessions there will ever be. */
const KEY_DIGITS = 32;

/**
 * The cache key of a session's requests: a hash of the standing text and the session's
 * id. A vendor that is given it sends those requests to the machine that has their
 * common beginning in its cache.
 * Source: https://platform.openai.com/docs/guides/prompt-caching.
 */
export async function promptCacheKey({ messages, sessionId }: LLMRequest): Promise<string> {
  const beginning = JSON.stringify([messages[0]?.content ?? "", sessionId ?? ""]);
  return (await sha256(beginning)).slice(0, KEY_DIGITS);
}
