/**
 * Any model of the AI SDK as a model of an agent.
 *
 * @module
 */
import { interruptible } from "../../abort.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { embedInBatches } from "../embedding.ts";
import { itemsOf } from "../reading.ts";
import type { AiSdkEmbeddingModel, AiSdkModel } from "./ai_sdk_model.ts";
import { type AiSdkOptions, checkAiSdkOptions, checkModel } from "./ai_sdk_options.ts";
import { Answer, streamedAnswer } from "./answer.ts";
import { callOptionsOf } from "./call_options.ts";
import { vendorOf } from "./vendor.ts";
import { vendorError } from "./vendor_error.ts";

/**
 * A model of the AI SDK, by its shape alone: of any vendor, of specification v2,
 * v3 or v4. The schema of each decision goes with the request; a model that says
 * it drops it fails. One call is one request: nothing is asked again here.
 *
 * Where real models are forbidden it fails, whatever it is made of: mock models
 * of `ai/test` too.
 *
 * @throws {ConfigError} if it is no such model, or an option cannot be used.
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
  const vendor = vendorOf(model);
  const { embedding } = options;
  const name = options.name ?? nameOf(model);

  async function decide(request: LLMRequest): Promise<LLMResult> {
    assertRealModelsAllowed(name);
    const { signal } = request;
    signal?.throwIfAborted();
    try {
      const asked = await callOptionsOf(request, options, vendor, signal);
      return Answer.readGenerated(await model.doGenerate(asked), name, vendor);
    } catch (thrown) {
      signal?.throwIfAborted();
      throw vendorError(thrown, name);
    }
  }

  function stream(request: LLMRequest) {
    const open = async (signal: AbortSignal) => {
      assertRealModelsAllowed(name);
      return await model.doStream!(await callOptionsOf(request, options, vendor, signal));
    };
    const start = (signal: AbortSignal) => streamedAnswer(name, vendor, open, signal);
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

/** Vendor and model: a provider names its API behind a point, as in `"openai.responses"`. */
function nameOf({ provider, modelId }: AiSdkModel): string {
  return `${provider.split(".")[0]}/${modelId}`;
}

/** Number of calls of an embedding model at the same time, if it allows any. */
const MAX_PARALLEL = 4;

async function embedTexts(
  model: AiSdkEmbeddingModel,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  signal?.throwIfAborted();
  const name = `${model.provider}/${model.modelId}`;
  const abortSignal = signal && { abortSignal: signal };
  try {
    return await embedInBatches(texts, {
      name,
      size: await model.maxEmbeddingsPerCall ?? Infinity,
      parallel: await model.supportsParallelCalls ? MAX_PARALLEL : 1,
      embed: async (values) =>
        itemsOf((await model.doEmbed({ values, ...abortSignal })).embeddings),
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    throw vendorError(thrown, name);
  }
}
