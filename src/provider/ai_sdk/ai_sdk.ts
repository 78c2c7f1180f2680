/**
 * The AI SDK provider.
 *
 * @module
 */
import { interruptible } from "../../abort.ts";
import type { Embeddings, LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import type { MediaPart } from "../../llm/part.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { readUsage } from "../../llm/usage.ts";
import { embedInBatches } from "../embedding.ts";
import { asArray, asRecord } from "../untrusted_values.ts";
import type { AiSdkCallOptions, AiSdkEmbeddingModel, AiSdkModel } from "./ai_sdk_model.ts";
import { type AiSdkOptions, checkAiSdkOptions, checkModel } from "./ai_sdk_options.ts";
import { readGenerated, streamAnswer } from "./answer.ts";
import { createCallOptions } from "./call_options.ts";
import { recordRefusal, type Target } from "./media.ts";
import { findVendor } from "./vendor.ts";
import { convertVendorError } from "./vendor_error.ts";

/**
 * Adapts a language model of the AI SDK: of any vendor, of specification v2, v3 or v4.
 * The model is recognized by its shape, so no AI SDK package is imported here.
 *
 * Each request carries the schema of the decision; a call fails if the model warns that
 * it dropped the schema. Each call is one request, without retries.
 *
 * Calls throw a `RealModelError` if real models are forbidden, even with mock models of
 * `ai/test`.
 *
 * @throws {ConfigError} if `model` is not a supported model, or an option is invalid.
 *
 * @example Models of two vendors
 * ```ts
 * import { createAnthropic } from "@ai-sdk/anthropic";
 * import { createOpenAI } from "@ai-sdk/openai";
 * import { aiSdk } from "@nomos/agent/ai-sdk";
 * import { assertEquals } from "@std/assert";
 *
 * const fast = aiSdk(createOpenAI()("gpt-5-mini"), { reasoning: "low" });
 * const strong = aiSdk(createAnthropic()("claude-sonnet-5"), { maxOutputTokens: 4000 });
 * assertEquals([fast.name, strong.name], ["openai/gpt-5-mini", "anthropic/claude-sonnet-5"]);
 * ```
 */
export function aiSdk(model: AiSdkModel, options: AiSdkOptions = {}): LLM {
  checkModel(model);
  checkAiSdkOptions(model, options);
  const vendor = findVendor(model);
  const { embedding } = options;
  const name = options.name ?? createDefaultName(model);

  const target: Target = { name, model, refusals: new Map() };

  /** Calls the model. If its package refuses a part that may be described, it is called again. */
  async function call<Answer>(
    request: LLMRequest,
    signal: AbortSignal | undefined,
    run: (options: AiSdkCallOptions) => PromiseLike<Answer>,
  ): Promise<Answer> {
    const read: MediaPart[] = [];
    const onRead = (part: MediaPart) => read.push(part);
    const callOptions = await createCallOptions(request, options, vendor, signal, target, onRead);
    try {
      return await run(callOptions);
    } catch (thrown) {
      if (recordRefusal(target, read, thrown)) return call(request, signal, run);
      throw thrown;
    }
  }

  async function decide(request: LLMRequest): Promise<LLMResult> {
    assertRealModelsAllowed(name);
    const { signal } = request;
    signal?.throwIfAborted();
    try {
      const generated = await call(request, signal, (callOptions) => model.doGenerate(callOptions));
      return await readGenerated(generated, { name, vendor, request });
    } catch (thrown) {
      signal?.throwIfAborted();
      throw convertVendorError(thrown, name);
    }
  }

  function stream(request: LLMRequest) {
    const open = async (signal: AbortSignal) => {
      assertRealModelsAllowed(name);
      return await call(request, signal, (callOptions) => model.doStream!(callOptions));
    };
    const start = (signal: AbortSignal) => streamAnswer({ name, vendor, request }, open, signal);
    return interruptible(start, request.signal);
  }

  return {
    name,
    schemaProfile: options.schemaProfile ?? vendor.schemaProfile,
    decide,
    ...((options.stream ?? typeof model.doStream === "function") && { stream }),
    ...(embedding !== undefined && {
      async embed(texts, { signal } = {}) {
        assertRealModelsAllowed(name);
        return await embedTexts(embedding, texts, signal);
      },
    }),
  };
}

/** Joins vendor and model, without the API suffix of providers such as `"openai.responses"`. */
function createDefaultName({ provider, modelId }: AiSdkModel): string {
  return `${provider.split(".")[0]}/${modelId}`;
}

/** Maximum number of concurrent calls of an embedding model that supports parallel calls. */
const MAX_PARALLEL = 4;

async function embedTexts(
  model: AiSdkEmbeddingModel,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Embeddings> {
  signal?.throwIfAborted();
  const name = `${model.provider}/${model.modelId}`;
  const abortSignal = signal && { abortSignal: signal };
  try {
    return await embedInBatches(texts, {
      name,
      batchSize: await model.maxEmbeddingsPerCall ?? Infinity,
      maxConcurrency: await model.supportsParallelCalls ? MAX_PARALLEL : 1,
      embed: async (values) => {
        const { embeddings, usage } = asRecord(await model.doEmbed({ values, ...abortSignal }));
        return {
          vectors: asArray(embeddings),
          usage: readUsage({ input: asRecord(usage).tokens }),
          model: model.modelId,
        };
      },
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    throw convertVendorError(thrown, name);
  }
}
