/**
 * Which examples of a step are shown.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import { isOwnError, LLMError } from "../llm/llm_error.ts";
import type { Step } from "../graph/graph.ts";
import type { Example } from "../graph/step.ts";
import type { LLM } from "../llm/llm.ts";

/** How many examples are shown, and how like they must be. */
export interface ExampleLimits {
  /** At most this many. */
  readonly maxExamples: number;
  /** The least cosine similarity of a context to the last input. */
  readonly exampleThreshold: number;
}

/** Chooses examples; the contexts of a step are embedded once for all sessions. */
export class ExampleChooser {
  readonly #embedder: LLM;
  readonly #limits: ExampleLimits;
  readonly #contexts = new Map<Step, Promise<readonly number[][]>>();

  /** Embeds contexts and inputs by the same model. */
  constructor(embedder: LLM, limits: ExampleLimits) {
    this.#embedder = embedder;
    this.#limits = limits;
  }

  /** Whether the choice depends on what the user said last. */
  static depends(step: Step): boolean {
    return step.examples.some(({ show }) => show === "similar");
  }

  /** The examples that are always shown. */
  always(step: Step): readonly Example[] {
    return step.examples.filter(({ show }) => show === undefined || show === "always");
  }

  /**
   * An input as a vector.
   *
   * @throws {LLMError} if the model fails, or gives no vector of numbers.
   */
  async embed(input: string, signal?: AbortSignal): Promise<readonly number[]> {
    const [vector] = await this.#embed([input], signal);
    return vector!;
  }

  /** The examples to show for an input: those that always are, then the most similar ones. */
  async choose(step: Step, input: readonly number[]): Promise<readonly Example[]> {
    const always = this.always(step);
    const room = this.#limits.maxExamples - always.length;
    if (room <= 0) return always;
    const similar = step.examples.filter(({ show }) => show === "similar");
    const contexts = await this.#contextsOf(step, similar);
    if (contexts.some(({ length }) => length !== input.length)) {
      throw this.#failed("it gave vectors of different lengths");
    }
    const scored = similar
      .map((example, index) => ({ example, score: cosine(input, contexts[index]!) }))
      .filter(({ score }) => score >= this.#limits.exampleThreshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, room);
    return [...always, ...scored.map(({ example }) => example)];
  }

  #contextsOf(step: Step, examples: readonly Example[]): Promise<readonly number[][]> {
    let contexts = this.#contexts.get(step);
    if (contexts === undefined) {
      contexts = this.#embed(examples.map(({ context }) => context));
      this.#contexts.set(step, contexts);
      // A failure is not kept: the next request embeds again.
      contexts.catch(() => this.#contexts.delete(step));
    }
    return contexts;
  }

  async #embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly number[][]> {
    let vectors: unknown;
    try {
      vectors = await this.#embedder.embed!(texts, signal ? { signal } : {});
    } catch (cause) {
      if (isOwnError(cause)) throw cause;
      throw this.#failed(reasonOf(cause), cause);
    }
    if (Array.isArray(vectors) && vectors.length === texts.length && vectors.every(isVector)) {
      return vectors;
    }
    throw this.#failed(`expected ${texts.length} vectors of finite numbers`);
  }

  #failed(reason: string, cause?: unknown): LLMError {
    const { name } = this.#embedder;
    return new LLMError(`Cannot embed for examples with ${name}: ${reason}`, { cause });
  }
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

/** The cosine of the angle between two vectors; 0 where one of them is zero. */
function cosine(a: readonly number[], b: readonly number[]): number {
  let [dot, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    lengthA += a[i]! ** 2;
    lengthB += b[i]! ** 2;
  }
  return dot === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
}
