/**
 * Texts as vectors.
 *
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create
 *
 * @module
 */
import { embedInBatches } from "../embedding.ts";
import { itemsOf, membersOf } from "../reading.ts";
import { ask, readJson } from "./completion.ts";
import { errorOf, readServerError } from "./server_error.ts";
import type { Settings } from "./settings.ts";

/**
 * Texts in one request. OpenAI takes 2048 of them, but also no more than 300,000
 * tokens; and as many vectors of 3072 numbers would be more than 100 MB of text.
 */
const BATCH = 256;

/** Returns one vector for each text, all of one length. Batches are asked for one after another. */
export async function embedTexts(
  settings: Settings,
  model: NonNullable<Settings["embedding"]>,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const { name } = settings;
  return await embedInBatches(texts, { name, size: BATCH, parallel: 1, embed });

  async function embed(input: string[]): Promise<readonly unknown[]> {
    const body = { ...model, input, encoding_format: "float" };
    const exchange = await ask(settings, { path: "/embeddings", body, signal });
    const value = await readJson(exchange);
    const error = readServerError(value);
    if (error !== undefined) throw errorOf(exchange, error, undefined);
    const items = itemsOf(membersOf(value).data).map(membersOf);
    const vectors = new Map(items.map(({ index, embedding }, at) => [index ?? at, embedding]));
    return items.map((_, at) => vectors.get(at));
  }
}
