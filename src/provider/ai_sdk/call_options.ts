/**
 * Conversion of a request to AI SDK call options.
 *
 * @module
 */
import { omitUndefined } from "../../json/json.ts";
import type { LLMRequest } from "../../llm/llm.ts";
import { type ChatMessage, createCacheKey, mapMessages, type MessageRules } from "../messages.ts";
import type { AiSdkCallOptions, AiSdkMessage } from "./ai_sdk_model.ts";
import type { AiSdkOptions } from "./ai_sdk_options.ts";
import type { CacheHint, Vendor, VendorOptions } from "./vendor.ts";

/** Creates the options of one call from the request and the model's options. */
export async function createCallOptions(
  request: LLMRequest,
  options: AiSdkOptions,
  vendor: Vendor,
  abortSignal: AbortSignal | undefined,
): Promise<AiSdkCallOptions> {
  const { temperature, maxOutputTokens, seed, reasoning, headers } = options;
  const settings = { temperature, maxOutputTokens, seed, reasoning, headers };
  const hint = selectCacheHint(options, vendor);
  const providerOptions = mergeVendorOptions(
    vendor.options,
    hint === "key" ? { openai: { promptCacheKey: await createCacheKey(request) } } : undefined,
    options.providerOptions,
  );
  return {
    prompt: createPrompt(request, vendor.messageRules, hint === "marker"),
    responseFormat: { type: "json", schema: request.schema, name: request.schemaName },
    includeRawChunks: false,
    ...omitUndefined({ ...settings, providerOptions, abortSignal }),
  };
}

function selectCacheHint(
  { cacheMarkers }: AiSdkOptions,
  { cacheHint }: Vendor,
): CacheHint | undefined {
  if (cacheMarkers === false) return undefined;
  return cacheHint ?? (cacheMarkers ? "marker" : undefined);
}

/** Merges vendor options. Later sources override earlier ones. */
function mergeVendorOptions(
  ...sources: readonly (VendorOptions | undefined)[]
): VendorOptions | undefined {
  const vendors = sources.flatMap((source) => Object.entries(source ?? {}));
  if (vendors.length === 0) return undefined;
  const result: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [vendor, options] of vendors) result[vendor] = { ...result[vendor], ...options };
  return result;
}

/**
 * Cache marker: the vendor caches the prompt up to the marked message. Anthropic reads
 * `cacheControl`, Amazon Bedrock `cachePoint`, and each ignores the other. Source:
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching and
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html.
 */
const MARKER = {
  anthropic: { cacheControl: { type: "ephemeral" } },
  bedrock: { cachePoint: { type: "default" } },
};

/**
 * Placeholder before a conversation that starts with the model, because some vendors require
 * the first message to be the user's.
 */
const NO_INPUT: ChatMessage = { role: "user", parts: ["(no input)"], stableParts: 1 };

/**
 * Creates the prompt of a request. Two messages have cache markers: the standing text,
 * which sessions share, and the last message that the session's next request repeats.
 * From a marker, the vendor searches backwards for a cached prefix, and so finds the
 * prefix that the previous request marked.
 */
function createPrompt(
  { messages, stable }: LLMRequest,
  rules: MessageRules,
  isMarked: boolean,
): AiSdkMessage[] {
  const mapped = mapMessages(messages, rules, stable).filter(isNotBlankSystem);
  if (!rules.lateSystem) ensureUserFirst(mapped);
  const marked = new Set<ChatMessage>();
  if (isMarked && stable > 0) {
    const repeated = mapped.filter(({ parts, stableParts }) => stableParts === parts.length);
    for (const end of [repeated.find(({ role }) => role === "system"), repeated.at(-1)]) {
      if (end !== undefined) marked.add(end);
    }
  }
  return mapped.map((message) => ({
    ...toAiSdkMessage(message),
    ...(marked.has(message) && { providerOptions: MARKER }),
  }));
}

function ensureUserFirst(messages: ChatMessage[]): void {
  const first = messages.findIndex(({ role }) => role !== "system");
  if (messages[first]?.role === "assistant") messages.splice(first, 0, NO_INPUT);
}

/** Returns false for a system message of whitespace only, which Anthropic rejects. */
function isNotBlankSystem({ role, parts }: ChatMessage): boolean {
  return role !== "system" || parts.some((part) => part.trim() !== "");
}

function toAiSdkMessage({ role, parts }: ChatMessage): AiSdkMessage {
  if (role === "system") return { role, content: parts.join("\n\n") };
  return { role, content: parts.map((text) => ({ type: "text", text })) };
}
