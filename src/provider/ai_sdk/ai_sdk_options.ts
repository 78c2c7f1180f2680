/**
 * Options of `aiSdk()` and their validation.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import {
  ANYTHING,
  checkOptions,
  createOptionError,
  FLAG,
  FROM_ZERO,
  TEXT,
  WHOLE,
  wholeFrom,
} from "../../llm/option_rules.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { asRecord } from "../untrusted_values.ts";
import type { AiSdkEmbeddingModel, AiSdkModel, AiSdkVersion } from "./ai_sdk_model.ts";

/** Options of {@linkcode aiSdk}. */
export interface AiSdkOptions {
  /**
   * Name of the model in error messages, prices and cassettes. Default: provider and model
   * without the API suffix, for example `"anthropic/claude-sonnet-5"`.
   */
  readonly name?: string;
  /** Subset of JSON Schema that the model accepts. Default: depends on the provider. */
  readonly schemaProfile?: SchemaProfile;
  /** Embedding model of the AI SDK, needed for examples chosen by similarity. Default: none. */
  readonly embedding?: AiSdkEmbeddingModel;
  /** Sampling temperature, on the vendor's scale. Default: the vendor's. */
  readonly temperature?: number;
  /** Maximum number of output tokens per answer. Default: the vendor's. */
  readonly maxOutputTokens?: number;
  /** Sampling seed, a whole number, for vendors that support repeatable answers. Default: none. */
  readonly seed?: number;
  /**
   * Reasoning effort, for example `"low"`. Only for models of specification v4; for older
   * models use `providerOptions`. Default: the vendor's.
   */
  readonly reasoning?: string;
  /** Extra HTTP headers. A value of `undefined` removes a header. Default: none. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /**
   * Vendor-specific options, as documented by the vendor's package, for example
   * `{ openai: { serviceTier: "flex" } }`. Default: none.
   */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** If true, the model streams. Default: true if it has `doStream()`. */
  readonly stream?: boolean;
  /**
   * If true, requests carry prompt cache hints: a cache key for OpenAI and Azure, cache
   * markers for all other vendors. Default: true for OpenAI, Azure and Anthropic's models
   * (including those on Vertex, Bedrock and OpenRouter), otherwise false.
   */
  readonly cacheMarkers?: boolean;
}

const DOING = "call aiSdk()";
const VERSIONS: readonly AiSdkVersion[] = ["v2", "v3", "v4"];

/**
 * Validates a language model.
 *
 * @throws {ConfigError} if it is not a supported model, or would answer without the schema.
 */
export function checkModel(model: AiSdkModel): void {
  if (typeof model === "string") {
    throw new ConfigError(
      `Cannot use ${quote(model)} as a model: expected a model object, ` +
        'for example openai("gpt-5-mini") from npm:@ai-sdk/openai, or gateway(…) from npm:ai',
    );
  }
  if (!isModel(model, "doGenerate")) {
    throw new ConfigError(
      `Cannot use ${quote(model)} as a model: expected a language model of the AI SDK, ` +
        "with provider, modelId and doGenerate()",
    );
  }
  checkVersion(model);
  // Not part of the specification, but set by every package built on @ai-sdk/openai-compatible.
  if (asRecord(model).supportsStructuredOutputs === false) {
    throw new ConfigError(
      `Cannot use model "${model.modelId}" of "${model.provider}": it would answer without the ` +
        "schema. Create its provider with supportsStructuredOutputs: true",
    );
  }
}

/**
 * Validates the options.
 *
 * @throws {ConfigError} if an option is invalid.
 */
export function checkAiSdkOptions(model: AiSdkModel, options: AiSdkOptions): void {
  checkOptions(DOING, options, {
    name: TEXT,
    schemaProfile: ANYTHING,
    embedding: ANYTHING,
    temperature: FROM_ZERO,
    maxOutputTokens: wholeFrom(1),
    seed: WHOLE,
    reasoning: ANYTHING,
    headers: ANYTHING,
    providerOptions: ANYTHING,
    stream: FLAG,
    cacheMarkers: FLAG,
  });
  const { embedding, reasoning, stream } = options;
  if (reasoning !== undefined && model.specificationVersion !== "v4") {
    throw createError(
      "reasoning",
      reasoning,
      "a model of specification v4. Use providerOptions instead",
    );
  }
  if (stream === true && typeof model.doStream !== "function") {
    throw createError("stream", stream, "a model with doStream()");
  }
  if (embedding !== undefined) checkEmbedding(embedding);
  for (const vendor of ["google", "googleVertex", "vertex"]) {
    // With false, Google's package silently omits the schema.
    if (options.providerOptions?.[vendor]?.structuredOutputs === false) {
      throw createError(
        `providerOptions.${vendor}.structuredOutputs`,
        false,
        "true, because otherwise the schema is not sent",
      );
    }
  }
}

function checkEmbedding(embedding: AiSdkEmbeddingModel): void {
  if (!isModel(embedding, "doEmbed")) {
    throw createError(
      "embedding",
      embedding,
      "an embedding model of the AI SDK, with provider, modelId and doEmbed()",
    );
  }
  checkVersion(embedding);
}

function isModel(model: unknown, method: "doGenerate" | "doEmbed"): boolean {
  const { provider, modelId, [method]: call } = asRecord(model);
  return typeof provider === "string" && typeof modelId === "string" && typeof call === "function";
}

function checkVersion(
  { provider, modelId, specificationVersion }: AiSdkModel | AiSdkEmbeddingModel,
) {
  if (VERSIONS.includes(specificationVersion)) return;
  throw new ConfigError(
    `Cannot use model "${modelId}" of "${provider}": its specification version is ` +
      `${quote(specificationVersion)}: expected "v2", "v3" or "v4"`,
  );
}

function createError(option: string, value: unknown, expected: string): ConfigError {
  return createOptionError(DOING, option, quote(value), expected);
}
