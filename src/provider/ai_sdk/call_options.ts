/**
 * The options of a call of the AI SDK: the prompt, the schema and the settings.
 *
 * @module
 */
import { omitUndefined } from "../../json/json.ts";
import type { LLMRequest } from "../../llm/llm.ts";
import { type ChatMessage, mapMessages, type MessageRules, promptCacheKey } from "../messages.ts";
import type { AiSdkCallOptions, AiSdkMessage } from "./ai_sdk_model.ts";
import type { AiSdkOptions } from "./ai_sdk_options.ts";
import type { CacheHint, Vendor, VendorOptions } from "./vendor.ts";

/** The options of one call, from the request and what holds for all. */
export async function callOptionsOf(
  request: LLMRequest,
  options: AiSdkOptions,
  vendor: Vendor,
  abortSignal: AbortSignal | undefined,
): Promise<AiSdkCallOptions> {
  const { temperature, maxOutputTokens, seed, reasoning, headers } = options;
  const settings = { temperature, maxOutputTokens, seed, reasoning, headers };
  const hint = cacheHintOf(options, vendor);
  const providerOptions = merged(
    vendor.options,
    hint === "key" ? { openai: { promptCacheKey: await promptCacheKey(request) } } : undefined,
    options.providerOptions,
  );
  return {
    prompt: promptOf(request, vendor.messageRules, hint === "marker"),
    responseFormat: { type: "json", schema: request.schema, name: request.schemaName },
    includeRawChunks: false,
    ...omitUndefined({ ...settings, providerOptions, abortSignal }),
  };
}

function cacheHintOf({ cacheMarkers }: AiSdkOptions, { cacheHint }: Vendor): CacheHint | undefined {
  if (cacheMarkers === false) return undefined;
  return cacheHint ?? (cacheMarkers ? "marker" : undefined);
}

/** Options by vendor in one; of two of a name the later one is kept. */
function merged(...sources: readonly (VendorOptions | undefined)[]): VendorOptions | undefined {
  const vendors = sources.flatMap((source) => Object.entries(source ?? {}));
  if (vendors.length === 0) return undefined;
  const result: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [vendor, options] of vendors) result[vendor] = { ...result[vendor], ...options };
  return result;
}

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
 * The prompt of a request. Two places are marked: the standing text, which
 * sessions share, and the last message that the next request has again. A vendor
 * looks back from a mark for what it has in its cache, and so finds the mark of
 * the request before.
 */
function promptOf(
  { messages, stable }: LLMRequest,
  rules: MessageRules,
  isMarked: boolean,
): AiSdkMessage[] {
  const mapped = mapMessages(messages, rules, stable).filter(isNotBlankSystem);
  if (!rules.lateSystem) beginWithUser(mapped);
  const marked = new Set<ChatMessage>();
  if (isMarked && stable > 0) {
    const again = mapped.filter(({ parts, stableParts }) => stableParts === parts.length);
    for (const end of [again.find(({ role }) => role === "system"), again.at(-1)]) {
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
