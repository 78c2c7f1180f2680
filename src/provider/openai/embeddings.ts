/**
 * Requests for embeddings.
 *
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create
 *
 * @module
 */
import { toWellFormedJson } from "../../json/text.ts";
import type { Embeddings } from "../../llm/llm.ts";
import { readChatUsage } from "../chat_usage.ts";
import { type EmbeddedBatch, embedInBatches } from "../embedding.ts";
import { readServerError } from "../error_body.ts";
import { asArray, asRecord, asString } from "../untrusted_values.ts";
import { readJson, send } from "./completion.ts";
import { toLLMError } from "./server_error.ts";
import type { Settings } from "./settings.ts";

/**
 * Number of texts per request. OpenAI allows 2048 texts, but only 300,000 tokens, and
 * 2048 vectors of 3072 numbers would be a response of more than 100 MB.
 */
const BATCH_SIZE = 256;

/** Embeds texts: one vector per text, of equal length. Batches are requested one after another. */
export async function embedTexts(
  settings: Settings,
  model: NonNullable<Settings["embedding"]>,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Embeddings> {
  const { name } = settings;
  return await embedInBatches(texts, { name, batchSize: BATCH_SIZE, maxConcurrency: 1, embed });

  async function embed(input: string[]): Promise<EmbeddedBatch> {
    const body = toWellFormedJson({ ...model, input, encoding_format: "float" });
    const exchange = await send(settings, { path: "/embeddings", body, signal });
    const value = await readJson(exchange);
    const error = readServerError(value);
    if (error !== undefined) throw toLLMError(exchange, error, undefined);
    const answer = asRecord(value);
    const items = asArray(answer.data).map(asRecord);
    const vectors = new Map(items.map(({ index, embedding }, at) => [index ?? at, embedding]));
    return {
      vectors: items.map((_, at) => vectors.get(at)),
      usage: readChatUsage(answer.usage),
      model: asString(answer.model),
    };
  }
}
