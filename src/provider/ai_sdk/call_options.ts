/**
 * What a model of the AI SDK is asked.
 *
 * @module
 */
import type { LLMRequest } from "../../llm/llm.ts";
import { promptCacheKey } from "../prompt_cache_key.ts";
import type { AiSdkCallOptions } from "./ai_sdk_model.ts";
import type { AiSdkOptions } from "./ai_sdk_options.ts";
import { promptOf } from "./prompt.ts";
import type { CacheHint, Vendor } from "./vendor.ts";

/** The options of one call, from the request and what holds for all. */
export async function callOptionsOf(
  request: LLMRequest,
  options: AiSdkOptions,
  vendor: Vendor,
  abortSignal: AbortSignal | undefined,
): Promise<AiSdkCallOptions> {
  const { temperature, maxOutputTokens, seed, reasoning, headers } = options;
  const hint = cacheHintOf(options, vendor);
  const providerOptions = hint === "key"
    ? await withCacheKey(options.providerOptions, request)
    : options.providerOptions;
  return {
    prompt: promptOf(request, vendor.messageRules, hint === "marker"),
    responseFormat: { type: "json", schema: request.schema, name: request.schemaName },
    includeRawChunks: false,
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(seed !== undefined && { seed }),
    ...(reasoning !== undefined && { reasoning }),
    ...(headers !== undefined && { headers }),
    ...(providerOptions !== undefined && { providerOptions }),
    ...(abortSignal !== undefined && { abortSignal }),
  };
}

function cacheHintOf({ cacheMarkers }: AiSdkOptions, { cacheHint }: Vendor): CacheHint | undefined {
  if (cacheMarkers === false) return undefined;
  return cacheHint ?? (cacheMarkers ? "marker" : undefined);
}

/** The options by vendor with a cache key, where they do not have one of their own. */
async function withCacheKey(
  given: AiSdkOptions["providerOptions"],
  request: LLMRequest,
): Promise<AiSdkOptions["providerOptions"]> {
  const key = await promptCacheKey(request);
  return { ...given, openai: { promptCacheKey: key, ...given?.openai } };
}
