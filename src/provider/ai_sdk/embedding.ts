/**
 * Turning texts into vectors with an embedding model of the AI SDK.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { AiSdkEmbeddingModel } from "./ai_sdk_model.ts";
import { itemsOf } from "./loose.ts";
import { vendorError } from "./vendor_error.ts";

/** How many calls run at the same time, where the model allows it. */
const MAX_PARALLEL = 4;

/** A vector for each text, in their order, in as many calls as the model needs. */
export async function embedTexts(
  model: AiSdkEmbeddingModel,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  signal?.throwIfAborted();
  const name = `${model.provider}/${model.modelId}`;
  const vectors: number[][] = [];
  try {
    const size = await model.maxEmbeddingsPerCall ?? Infinity;
    const calls = await model.supportsParallelCalls ? MAX_PARALLEL : 1;
    const batches = groupsOf(texts, size);
    for (const group of groupsOf(batches, calls)) {
      const embedded = await Promise.all(group.map((batch) => embedBatch(model, batch, signal)));
      vectors.push(...embedded.flat());
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    throw vendorError(thrown, name);
  }
  return vectors;
}

async function embedBatch(
  model: AiSdkEmbeddingModel,
  texts: readonly string[],
  abortSignal: AbortSignal | undefined,
): Promise<number[][]> {
  const { embeddings } = await model.doEmbed({
    values: [...texts],
    ...(abortSignal !== undefined && { abortSignal }),
  });
  const vectors = itemsOf(embeddings);
  if (vectors.length !== texts.length || !vectors.every(isVector)) {
    throw new LLMError(
      `Cannot embed with model ${quote(`${model.provider}/${model.modelId}`)}: ` +
        `it gave ${vectors.length} values for ${texts.length} texts: expected a vector for each`,
    );
  }
  return vectors.map((vector) => [...vector]);
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

/** The items in their order, so many together; at least one. */
function groupsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const step = Math.max(1, Math.floor(size));
  const groups: Item[][] = [];
  for (let start = 0; start < items.length; start += step) {
    groups.push(items.slice(start, start + step));
  }
  return groups;
}
