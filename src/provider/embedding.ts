/**
 * Turning texts into vectors, batch by batch.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { LLMError } from "../llm/llm_error.ts";

/** The calls that texts are embedded with. */
export interface EmbeddingCalls {
  /** Name of the model, for messages. */
  readonly name: string;
  /** Maximum number of texts in one call. */
  readonly size: number;
  /** Maximum number of calls at the same time. */
  readonly parallel: number;
  /** Makes one call. Returns what should be one vector for each text, in their order. */
  embed(texts: string[]): Promise<readonly unknown[]>;
}

/**
 * Returns one vector for each text, all of one length.
 *
 * @throws {LLMError} if what a call returns is something else.
 */
export async function embedInBatches(
  texts: readonly string[],
  { name, size, parallel, embed }: EmbeddingCalls,
): Promise<number[][]> {
  const embedBatch = async (batch: string[]): Promise<number[][]> => {
    const vectors = await embed(batch);
    if (vectors.length !== batch.length || !vectors.every(isVector)) {
      throw malformed(name, "a vector of finite numbers for each text");
    }
    return vectors.map((vector) => [...vector]);
  };
  const vectors: number[][] = [];
  for (const batches of groupsOf(groupsOf(texts, size), parallel)) {
    vectors.push(...(await Promise.all(batches.map(embedBatch))).flat());
  }
  if (vectors.some(({ length }) => length !== vectors[0]!.length)) {
    throw malformed(name, "vectors of one length");
  }
  return vectors;
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

/** The items in their order, in groups of `size`, which is at least 1. */
function groupsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const step = Math.max(1, Math.floor(size));
  const groups: Item[][] = [];
  for (let start = 0; start < items.length; start += step) {
    groups.push(items.slice(start, start + step));
  }
  return groups;
}

function malformed(name: string, expected: string): LLMError {
  return new LLMError(`Cannot embed with ${quote(name)}: expected ${expected} in the response`);
}
