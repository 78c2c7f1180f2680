/**
 * The options of a model of the AI SDK.
 *
 * @module
 */
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { ConfigError, quote } from "../../errors.ts";
import {
  checkOptions,
  FROM_ZERO,
  optionError,
  TEXT,
  WHOLE,
  wholeFrom,
} from "../../llm/option_rules.ts";
import { membersOf } from "../reading.ts";
import type { AiSdkEmbeddingModel, AiSdkModel, AiSdkVersion } from "./ai_sdk_model.ts";

/** Options of {@linkcode aiSdk}. */
export interface AiSdkOptions {
  /**
   * Its name in messages, prices and recordings. Default: provider and model,
   * without the part of the vendor's API: `"anthropic/claude-sonnet-5"`, not
   * `"anthropic.messages/…"`.
   */
  readonly name?: string;
  /** The subset of JSON Schema it accepts. Default: by its provider. */
  readonly schemaProfile?: SchemaProfile;
  /** An embedding model of the AI SDK, for examples that are chosen by likeness. Default: none. */
  readonly embedding?: AiSdkEmbeddingModel;
  /** How much chance there is in its answers, in the vendor's scale. Default: the vendor's. */
  readonly temperature?: number;
  /** The most tokens one answer may have. Default: the vendor's. */
  readonly maxOutputTokens?: number;
  /** Makes answers repeatable, where the vendor can: a whole number. Default: none. */
  readonly seed?: number;
  /**
   * How much it reasons by itself before it answers, for example `"low"`; for
   * models of v4, the others have it in `providerOptions`. Default: the vendor's.
   */
  readonly reasoning?: string;
  /** Headers for its requests. A value of `undefined` takes one away. Default: none. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /**
   * Options by vendor, as the vendor's package documents them, for example
   * `{ openai: { serviceTier: "flex" } }`. Default: none.
   */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Whether answers are streamed. Default: if the model can. */
  readonly stream?: boolean;
  /**
   * Whether the vendor is told what of a prompt to cache: OpenAI by a key, and
   * Anthropic's models by marks, which for an unknown vendor are sent only with
   * `true`. Default: for OpenAI, Azure, and Anthropic (on Vertex and Bedrock too).
   */
  readonly cacheMarkers?: boolean;
}

const DOING = "call aiSdk()";
const VERSIONS: readonly AiSdkVersion[] = ["v2", "v3", "v4"];

/**
 * Checks what was given for a model.
 *
 * @throws {ConfigError} if it is none, or would answer without the schema.
 */
export function checkModel(model: AiSdkModel): void {
  if (typeof model === "string") {
    throw new ConfigError(
      `Cannot use ${quote(model)} as a model: expected a model object, ` +
        'for example openai("gpt-5-mini") of npm:@ai-sdk/openai, or gateway(…) of npm:ai',
    );
  }
  if (!isModel(model, "doGenerate")) {
    throw new ConfigError(
      `Cannot use ${quote(model)} as a model: expected a language model of the AI SDK, ` +
        "with provider, modelId and doGenerate()",
    );
  }
  checkVersion(model);
  // Not of the specification, but every package that is built on openai-compatible has it.
  if (membersOf(model).supportsStructuredOutputs === false) {
    throw new ConfigError(
      `Cannot use model "${model.modelId}" of "${model.provider}": it would answer without the ` +
        "schema: expected one made with supportsStructuredOutputs: true",
    );
  }
}

/**
 * Checks the options.
 *
 * @throws {ConfigError} if one cannot be used.
 */
export function checkAiSdkOptions(model: AiSdkModel, options: AiSdkOptions): void {
  const { embedding, reasoning, stream } = options;
  checkOptions(DOING, options, {
    name: TEXT,
    temperature: FROM_ZERO,
    maxOutputTokens: wholeFrom(1),
    seed: WHOLE,
  });
  if (reasoning !== undefined && model.specificationVersion !== "v4") {
    throw refused("reasoning", reasoning, "a model of v4; for others use providerOptions");
  }
  if (stream === true && typeof model.doStream !== "function") {
    throw refused("stream", stream, "a model with doStream()");
  }
  if (embedding !== undefined) checkEmbedding(embedding);
  for (const vendor of ["google", "googleVertex", "vertex"]) {
    // Google's package then leaves the schema out and says nothing of it.
    if (options.providerOptions?.[vendor]?.structuredOutputs === false) {
      throw refused(`providerOptions.${vendor}.structuredOutputs`, false, "the schema to be sent");
    }
  }
}

function checkEmbedding(embedding: AiSdkEmbeddingModel): void {
  if (!isModel(embedding, "doEmbed")) {
    throw refused(
      "embedding",
      embedding,
      "an embedding model of the AI SDK, with provider, modelId and doEmbed()",
    );
  }
  checkVersion(embedding);
}

function isModel(model: unknown, method: "doGenerate" | "doEmbed"): boolean {
  const { provider, modelId, [method]: call } = membersOf(model);
  return typeof provider === "string" && typeof modelId === "string" && typeof call === "function";
}

function checkVersion(
  { provider, modelId, specificationVersion }: AiSdkModel | AiSdkEmbeddingModel,
) {
  if (VERSIONS.includes(specificationVersion)) return;
  throw new ConfigError(
    `Cannot use model "${modelId}" of "${provider}": its specification is ` +
      `${quote(specificationVersion)}: expected "v2", "v3" or "v4"`,
  );
}

function refused(option: string, value: unknown, expected: string): ConfigError {
  return optionError(DOING, option, quote(value), expected);
}
