/**
 * The messages of a request as a prompt of the AI SDK.
 *
 * @module
 */
import type { LLMRequest } from "../../llm/llm.ts";
import { type ChatMessage, mapMessages, type MessageRules } from "../messages.ts";
import type { AiSdkMessage } from "./ai_sdk_model.ts";

/**
 * Marks the end of what a vendor is to cache, for Anthropic's models wherever
 * they are served: Anthropic reads `cacheControl`, Amazon Bedrock `cachePoint`,
 * and each leaves alone what is for the other. Source:
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching and
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html.
 */
const MARKER = {
  anthropic: { cacheControl: { type: "ephemeral" } },
  bedrock: { cachePoint: { type: "default" } },
};

/**
 * Before a conversation that the model begins: a vendor that is strict about
 * roles wants the first word to be the user's.
 */
const NO_INPUT: ChatMessage = { role: "user", parts: ["(no input)"], stableParts: 1 };

/**
 * The prompt of a request. Only a request for a decision is marked: it is the
 * beginning of the session's next one. Two places are: the standing text, which
 * sessions share, and the last message that the next request has again. A vendor
 * looks back from a mark for what it has in its cache, and so finds the mark of
 * the request before.
 */
export function promptOf(
  { messages, step }: LLMRequest,
  rules: MessageRules,
  isMarked: boolean,
): AiSdkMessage[] {
  const isStable = step !== undefined;
  const mapped = mapMessages(messages, rules, isStable).filter(isNotBlankSystem);
  if (!rules.lateSystem) beginWithUser(mapped);
  const marked = new Set<ChatMessage>();
  if (isMarked && isStable) {
    const stable = mapped.filter(({ parts, stableParts }) => stableParts === parts.length);
    for (const end of [stable.find(({ role }) => role === "system"), stable.at(-1)]) {
      if (end !== undefined) marked.add(end);
    }
  }
  return mapped.map((message) => ({
    ...contentOf(message),
    ...(marked.has(message) && { providerOptions: MARKER }),
  }));
}

function beginWithUser(messages: ChatMessage[]): void {
  const first = messages.findIndex(({ role }) => role !== "system");
  if (messages[first]?.role === "assistant") messages.splice(first, 0, NO_INPUT);
}

/** Text of nothing but spaces is no system message: Anthropic refuses it. */
function isNotBlankSystem({ role, parts }: ChatMessage): boolean {
  return role !== "system" || parts.some((part) => part.trim() !== "");
}

function contentOf({ role, parts }: ChatMessage): AiSdkMessage {
  if (role === "system") return { role, content: parts.join("\n\n") };
  return { role, content: parts.map((text) => ({ type: "text", text })) };
}
