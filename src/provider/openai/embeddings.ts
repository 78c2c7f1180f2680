/**
 * Texts as vectors.
 *
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { isPlainObject } from "../../json/json.ts";
import { assertRealModelsAllowed } from "../../llm/real_model.ts";
import { readJson } from "./completion.ts";
import { type Connection, type Exchange, post } from "./connection.ts";
import { errorOf, errorOfResponse, readServerError } from "./server_error.ts";

/**
 * Texts in one request. OpenAI takes 2048 of them, but also no more than 300,000
 * tokens; and as many vectors of 3072 numbers would be more than 100 MB of text.
 */
const BATCH = 256;

/** What makes vectors. */
export interface EmbeddingModel {
  readonly model: string;
  readonly dimensions?: number;
}

/** One vector for each text, all of one length. Batches are asked for one after another. */
export async function embedTexts(
  connection: Connection,
  model: EmbeddingModel,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  assertRealModelsAllowed(connection.name);
  const vectors: number[][] = [];
  for (let start = 0; start < texts.length; start += BATCH) {
    const input = texts.slice(start, start + BATCH);
    const exchange = await post(connection, {
      path: "/embeddings",
      body: { ...model, input, encoding_format: "float" },
      accept: "application/json",
      signal,
    });
    if (!exchange.response.ok) throw await errorOfResponse(exchange, undefined);
    const batch = readVectors(exchange, await readJson(exchange), input.length);
    const { length } = vectors[0] ?? batch[0]!;
    if (batch.some((vector) => vector.length !== length)) {
      throw malformed(exchange, "vectors of one length");
    }
    vectors.push(...batch);
  }
  return vectors;
}

function readVectors(exchange: Exchange, value: unknown, count: number): number[][] {
  const error = readServerError(value);
  if (error !== undefined) throw errorOf(exchange, error, undefined);
  const data = isPlainObject(value) ? value.data : undefined;
  if (!Array.isArray(data) || data.length !== count) {
    throw malformed(exchange, `${count} vectors`);
  }
  const vectors: number[][] = [];
  for (const [place, item] of data.entries()) {
    if (!isPlainObject(item) || !isVector(item.embedding)) {
      throw malformed(exchange, "vectors of finite numbers");
    }
    const { index = place } = item;
    vectors[index as number] = item.embedding;
  }
  for (let index = 0; index < count; index++) {
    if (vectors[index] === undefined) throw malformed(exchange, `a vector with index ${index}`);
  }
  return vectors;
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((number) => Number.isFinite(number));
}

function malformed({ name }: Exchange, expected: string): LLMError {
  return new LLMError(`Cannot embed with ${quote(name)}: expected ${expected} in the response`);
}
