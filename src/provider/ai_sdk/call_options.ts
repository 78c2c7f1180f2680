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
import type { CacheHint, Vendor, VendorOptions } from "./vendor.ts";

/** The options of one call, from the request and what holds for all. */
export async function callOptionsOf(
  request: LLMRequest,
  options: AiSdkOptions,
  vendor: Vendor,
  abortSignal: AbortSignal | undefined,
): Promise<AiSdkCallOptions> {
  const { temperature, maxOutputTokens, seed, reasoning, headers } = options;
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

/** Options by vendor in one; of two of a name the later one is kept. */
function merged(...sources: readonly (VendorOptions | undefined)[]): VendorOptions | undefined {
  const vendors = sources.flatMap((source) => Object.entries(source ?? {}));
  if (vendors.length === 0) return undefined;
  const result: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [vendor, options] of vendors) result[vendor] = { ...result[vendor], ...options };
  return result;
}
