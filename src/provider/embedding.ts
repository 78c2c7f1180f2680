/**
 * Text embedding in batches.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { isVector } from "../json/json.ts";
import type { Embeddings, Usage } from "../llm/llm.ts";
import { LLMError } from "../llm/llm_error.ts";
import { addReport, addUsage } from "../llm/usage.ts";

/** Embedding call of a provider, with its batch size and concurrency limit. */
export interface EmbeddingBatches {
  /** Model name for error messages. */
  readonly name: string;
  /** Maximum number of texts per call. */
  readonly batchSize: number;
  /** Maximum number of concurrent calls. */
  readonly maxConcurrency: number;
  /** Embeds one batch. */
  embed(texts: string[]): Promise<EmbeddedBatch>;
}

/** Answer of one embedding call. */
export interface EmbeddedBatch {
  /** Should be one vector per text, in order; validated. */
  readonly vectors: readonly unknown[];
  readonly usage: Usage | undefined;
  /** Model that embedded the texts, if it is reported. */
  readonly model: string | undefined;
}

/**
 * Embeds texts in batches, as well-formed Unicode. Returns one vector per text, in order and of
 * equal length, with the usage of all batches.
 *
 * @throws {LLMError} if vectors are missing, malformed or of unequal length.
 */
export async function embedInBatches(
  texts: readonly string[],
  { name, batchSize, maxConcurrency, embed }: EmbeddingBatches,
): Promise<Embeddings> {
  let usage: Usage | undefined;
  let model: string | undefined;
  const embedBatch = async (batch: string[]): Promise<number[][]> => {
    const { vectors, ...reported } = await embed(batch.map((text) => text.toWellFormed()));
    if (reported.usage !== undefined) usage = addUsage(usage ?? {}, reported.usage);
    model = reported.model ?? model;
    if (vectors.length !== batch.length || !vectors.every(isVector)) {
      throw createResponseError(name, "one vector of finite numbers for each text");
    }
    return vectors.map((vector) => [...vector]);
  };
  const vectors: number[][] = [];
  for (const batches of chunk(chunk(texts, batchSize), maxConcurrency)) {
    vectors.push(...(await Promise.all(batches.map(embedBatch))).flat());
  }
  if (vectors.some(({ length }) => length !== vectors[0]!.length)) {
    throw createResponseError(name, "vectors of equal length");
  }
  return addReport(vectors, { usage, model });
}

/** Splits items into chunks of `size`. A size below 1 counts as 1. */
function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  const step = Math.max(1, Math.floor(size));
  const groups: Item[][] = [];
  for (let start = 0; start < items.length; start += step) {
    groups.push(items.slice(start, start + step));
  }
  return groups;
}

function createResponseError(name: string, expected: string): LLMError {
  return new LLMError(
    `Cannot embed with model ${quote(name)}: expected ${expected} in the response`,
  );
}
