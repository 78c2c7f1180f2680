/**
 * Conversion of a request to AI SDK call options.
 *
 * @module
 */
import { type JsonSchema, omitUndefined } from "../../json/json.ts";
import { replaceLoneEscapes } from "../../json/text.ts";
import type { LLMRequest } from "../../llm/llm.ts";
import type { MediaPart } from "../../llm/part.ts";
import { describeUntaken } from "../media.ts";
import {
  type ChatMedia,
  type ChatMessage,
  ChatText,
  createCacheKey,
  mapMessages,
  type MessageRules,
  selectMarked,
} from "../messages.ts";
import type { AiSdkCallOptions, AiSdkMessage } from "./ai_sdk_model.ts";
import type { AiSdkOptions } from "./ai_sdk_options.ts";
import { convertMedia, createProblemFinder, type Target } from "./media.ts";
import type { CacheHint, Vendor, VendorOptions } from "./vendor.ts";

/**
 * Creates the options of one call from the request and the model's options.
 *
 * @param onRead Called with each part of the prompt that the package reads.
 *
 * @throws {LLMError} if the model does not take a part of the input.
 */
export async function createCallOptions(
  request: LLMRequest,
  options: AiSdkOptions,
  vendor: Vendor,
  abortSignal: AbortSignal | undefined,
  target: Target,
  onRead: (part: MediaPart) => void,
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
    prompt: await createPrompt(request, vendor.messageRules, hint === "marker", target, onRead),
    responseFormat: {
      type: "json",
      schema: wellFormedSchemas.get(request.schema) ?? toWellFormedSchema(request.schema),
      name: request.schemaName,
    },
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
const MARKER: VendorOptions = {
  anthropic: { cacheControl: { type: "ephemeral" } },
  bedrock: { cachePoint: { type: "default" } },
};

/** Creates the prompt of a request. */
async function createPrompt(
  { messages, stable }: LLMRequest,
  rules: MessageRules,
  isMarked: boolean,
  target: Target,
  onRead: (part: MediaPart) => void,
): Promise<AiSdkMessage[]> {
  let mapped: readonly ChatMessage[] = mapMessages(messages, rules, stable);
  if (mapped.some(({ hasMedia }) => hasMedia)) {
    const findProblem = await createProblemFinder(target);
    mapped = await describeUntaken(mapped, messages, target.name, findProblem);
  }
  const { specificationVersion } = target.model;
  const toFile = (media: ChatMedia) => convertMedia(media, specificationVersion, onRead);
  // Models of other versions share the messages, and take pictures in another form.
  const prompt = mapped.map((message) =>
    message.hasMedia ? convert(message, toFile) : message.convertOnce(convertText)
  );
  if (!isMarked) return prompt;
  for (const marked of selectMarked(mapped, stable)) {
    const index = mapped.indexOf(marked);
    prompt[index] = addMarker(prompt[index]!, marked);
  }
  return prompt;
}

/** Adds a cache marker to a message, or to its last repeated part. */
function addMarker(message: AiSdkMessage, { parts, stableParts }: ChatMessage): AiSdkMessage {
  const providerOptions = MARKER;
  if (stableParts === parts.length) return { ...message, providerOptions };
  const content = (message.content as readonly object[]).map((part, index) =>
    index === stableParts - 1 ? { ...part, providerOptions } : part
  );
  return { ...message, content };
}

const wellFormedSchemas = new WeakMap<JsonSchema, JsonSchema>();

/** Returns a schema whose texts, such as the descriptions of a tool server, are well-formed. */
function toWellFormedSchema(schema: JsonSchema): JsonSchema {
  const json = JSON.stringify(schema);
  const wellFormed = replaceLoneEscapes(json);
  const result = wellFormed === json ? schema : JSON.parse(wellFormed);
  // A schema that is not frozen may change.
  if (Object.isFrozen(schema)) wellFormedSchemas.set(schema, result);
  return result;
}

function convertText(message: ChatMessage): AiSdkMessage {
  return convert(message);
}

/** Converts a message. The result is frozen, because requests share it. */
function convert(
  { role, parts }: ChatMessage,
  toFile?: (media: ChatMedia) => object,
): AiSdkMessage {
  if (role === "system") {
    const texts = parts as readonly ChatText[];
    return Object.freeze({ role, content: texts.map(({ text }) => text).join("\n\n") });
  }
  const content = parts.map((part) =>
    Object.freeze(
      part instanceof ChatText ? { type: "text", text: part.text } : toFile!(part),
    )
  );
  return Object.freeze({ role, content: Object.freeze(content) });
}
