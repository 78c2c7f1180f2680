/**
 * Choice of the examples that a request shows.
 *
 * @module
 */
import { quote, reasonOf } from "../errors.ts";
import { isVector } from "../json/json.ts";
import { isLLMOrMisuseError, LLMError } from "../llm/llm_error.ts";
import type { Step } from "../graph/graph.ts";
import type { Example } from "../graph/step.ts";
import type { LLM } from "../llm/llm.ts";

/** Settings of the choice of examples. */
export interface ExampleSettings {
  /** Model that embeds contexts and inputs. */
  readonly embedder: LLM;
  /** Maximum number of examples in a request. */
  readonly maxExamples: number;
  /** Minimum cosine similarity of an example's context to the last input, from 0 to 1. */
  readonly exampleThreshold: number;
}

const choosers = new WeakMap<ExampleSettings, ExampleChooser>();

/** Chooses the examples of requests. The contexts of a step are embedded once, for all sessions. */
export class ExampleChooser {
  readonly #settings: ExampleSettings;
  readonly #contexts = new Map<Step, Promise<readonly number[][]>>();

  /** Returns the chooser of an agent, by its settings. */
  static of(settings: ExampleSettings): ExampleChooser {
    let chooser = choosers.get(settings);
    if (chooser === undefined) choosers.set(settings, chooser = new ExampleChooser(settings));
    return chooser;
  }

  private constructor(settings: ExampleSettings) {
    this.#settings = settings;
  }

  /** Returns true if the examples of a step depend on the last input. */
  static dependsOnInput(step: Step): boolean {
    return step.examples.some(({ show }) => show === "similar");
  }

  /** Returns the examples of a step that are always shown. */
  static listAlways(step: Step): readonly Example[] {
    return step.examples.filter(({ show }) => show === undefined || show === "always");
  }

  /**
   * Returns the embedding of an input.
   *
   * @throws {LLMError} if the model fails, or does not return vectors of finite numbers.
   */
  async embed(input: string, signal?: AbortSignal): Promise<readonly number[]> {
    const [vector] = await this.#embed([input], signal);
    return vector!;
  }

  /** Returns the examples for an embedded input: those always shown, then the most similar. */
  async choose(step: Step, input: readonly number[]): Promise<readonly Example[]> {
    const always = ExampleChooser.listAlways(step);
    const room = this.#settings.maxExamples - always.length;
    if (room <= 0) return always;
    const similar = step.examples.filter(({ show }) => show === "similar");
    const contexts = await this.#embedContexts(step, similar);
    if (contexts.some(({ length }) => length !== input.length)) {
      throw this.#buildError("embed() returned vectors of different lengths: expected one length");
    }
    const scored = similar
      .map((example, index) => ({ example, score: cosineSimilarity(input, contexts[index]!) }))
      .filter(({ score }) => score >= this.#settings.exampleThreshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, room);
    return [...always, ...scored.map(({ example }) => example)];
  }

  #embedContexts(step: Step, examples: readonly Example[]): Promise<readonly number[][]> {
    let contexts = this.#contexts.get(step);
    if (contexts === undefined) {
      contexts = this.#embed(examples.map(({ context }) => context));
      this.#contexts.set(step, contexts);
      // A failure is not cached: the next request embeds again.
      contexts.catch(() => this.#contexts.delete(step));
    }
    return contexts;
  }

  async #embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly number[][]> {
    let vectors: unknown;
    try {
      vectors = await this.#settings.embedder.embed!(texts, signal ? { signal } : {});
    } catch (cause) {
      if (isLLMOrMisuseError(cause)) throw cause;
      throw this.#buildError(reasonOf(cause), cause);
    }
    if (Array.isArray(vectors) && vectors.length === texts.length && vectors.every(isVector)) {
      return vectors;
    }
    throw this.#buildError(
      `embed() returned ${describeVectors(vectors)}: ` +
        `expected ${texts.length} vectors of finite numbers`,
    );
  }

  #buildError(reason: string, cause?: unknown): LLMError {
    const { name } = this.#settings.embedder;
    return new LLMError(`Cannot embed examples with ${name}: ${reason}`, { cause });
  }
}

function describeVectors(value: unknown): string {
  return Array.isArray(value) ? `a list of ${value.length}` : quote(value);
}

/** Returns the cosine similarity of two vectors; 0 if one of them is the zero vector. */
function cosineSimilarity(a: readonly number[], b: readonly number[]): number {
  let [dot, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    lengthA += a[i]! ** 2;
    lengthB += b[i]! ** 2;
  }
  return dot === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
}
