/**
 * Choice of the examples that a request shows.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../errors.ts";
import type { Step } from "../graph/graph.ts";
import type { Example } from "../graph/step.ts";
import { type OnWork, runIn } from "../graph/work.ts";
import { isVector } from "../json/json.ts";
import type { Embeddings, LLM } from "../llm/llm.ts";
import { isLLMOrMisuseError, LLMError } from "../llm/llm_error.ts";

/**
 * Returns the similarity of each context to an input, from 0 to 1, in the order of the contexts.
 * Called once for each request of a step that has similar examples.
 */
export type ExampleSimilarity = (
  input: string,
  contexts: readonly string[],
) => readonly number[] | Promise<readonly number[]>;

/** Settings of the choice of examples. */
export interface ExampleSettings {
  /** Model that embeds contexts and inputs. */
  readonly embedder: LLM;
  /** Maximum number of examples in a request. */
  readonly maxExamples: number;
  /** Minimum cosine similarity of an example's context to the last input, from 0 to 1. */
  readonly exampleThreshold: number;
  /** Similarity of contexts to an input; undefined for that of their embeddings. */
  readonly exampleSimilarity: ExampleSimilarity | undefined;
}

/** Options of a choice of examples. */
export interface ChoiceOptions {
  /** Signal of the turn. */
  readonly signal: AbortSignal | undefined;
  /** Notifies the observers of the turn. */
  readonly onWork: OnWork | undefined;
  /** Called with each call that embedded texts, also if it failed. */
  readonly onEmbedding: (embedding: Embedding) => void;
}

/** Call that embedded texts, and what its model reported. */
export interface Embedding {
  readonly texts: readonly string[];
  readonly usage: unknown;
  readonly model: unknown;
}

/** Vectors of texts. */
type Vectors = readonly number[][];

const choosers = new WeakMap<ExampleSettings, ExampleChooser>();

/** Chooses the examples of requests. The contexts of a step are embedded once, for all sessions. */
export class ExampleChooser {
  readonly #settings: ExampleSettings;
  /** Embedded contexts by step; promises while they are being embedded. */
  readonly #contexts = new Map<Step, Vectors | Promise<Vectors>>();

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
  async embed(input: string, options: ChoiceOptions): Promise<readonly number[]> {
    const [vector] = await this.#observe(options.onWork, () => this.#embed([input], options));
    return vector!;
  }

  /** True if contexts and inputs are compared as text, without being embedded. */
  get comparesText(): boolean {
    return this.#settings.exampleSimilarity !== undefined;
  }

  /**
   * Returns the examples for an input: those always shown, then the most similar.
   *
   * @param input The input; its embedding, unless texts are compared.
   * @throws {LLMError} if the model fails to embed.
   * @throws {ConfigError} if the author's function throws, or does not return numbers.
   */
  async choose(
    step: Step,
    input: string | readonly number[],
    options: ChoiceOptions,
  ): Promise<readonly Example[]> {
    const always = ExampleChooser.listAlways(step);
    const room = this.#settings.maxExamples - always.length;
    if (room <= 0) return always;
    const similar = step.examples.filter(({ show }) => show === "similar");
    const scores = typeof input === "string"
      ? await this.#compareTexts(input, similar.map(({ context }) => context), options)
      : await this.#compareVectors(step, input, similar, options);
    const scored = similar
      .map((example, index) => ({ example, score: scores[index]! }))
      .filter(({ score }) => score >= this.#settings.exampleThreshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, room);
    return [...always, ...scored.map(({ example }) => example)];
  }

  async #compareTexts(
    input: string,
    contexts: readonly string[],
    { onWork }: ChoiceOptions,
  ): Promise<readonly number[]> {
    const doing = 'Cannot choose examples: "exampleSimilarity"';
    const compare = () => this.#settings.exampleSimilarity!(input, contexts);
    const scope = onWork?.({ kind: "embed", name: "exampleSimilarity" });
    let scores: unknown;
    try {
      scores = await runIn(scope, compare);
    } catch (cause) {
      throw new ConfigError(`${doing} threw: ${reasonOf(cause)}`, { cause });
    }
    if (isVector(scores) && scores.length === contexts.length) return scores;
    throw new ConfigError(
      `${doing} returned ${describeVectors(scores)}: expected ${contexts.length} finite numbers`,
    );
  }

  async #compareVectors(
    step: Step,
    input: readonly number[],
    examples: readonly Example[],
    options: ChoiceOptions,
  ): Promise<readonly number[]> {
    const known = this.#contexts.get(step);
    const contexts = Array.isArray(known) ? known : await this.#observe(
      options.onWork,
      () => known ?? this.#embedContexts(step, examples, options),
    );
    if (contexts.some(({ length }) => length !== input.length)) {
      throw this.#buildError("embed() returned vectors of different lengths: expected one length");
    }
    return contexts.map((context) => cosineSimilarity(input, context));
  }

  /** Embeds the contexts of a step, for all sessions. The first session pays for it, and may stop. */
  #embedContexts(
    step: Step,
    examples: readonly Example[],
    { onEmbedding }: ChoiceOptions,
  ): Promise<Vectors> {
    const contexts = examples.map(({ context }) => context);
    const embedding = this.#embed(contexts, { signal: undefined, onEmbedding });
    this.#contexts.set(step, embedding);
    embedding.then(
      (contexts) => this.#contexts.set(step, contexts),
      // A failure is not cached: the next request embeds again.
      () => this.#contexts.delete(step),
    );
    return embedding;
  }

  /** Waits for vectors within the scope of observers. */
  async #observe(
    onWork: OnWork | undefined,
    embed: () => Vectors | Promise<Vectors>,
  ): Promise<Vectors> {
    const scope = onWork?.({ kind: "embed", name: this.#settings.embedder.name });
    return await runIn(scope, embed);
  }

  async #embed(
    texts: readonly string[],
    { signal, onEmbedding }: Pick<ChoiceOptions, "signal" | "onEmbedding">,
  ): Promise<Vectors> {
    let vectors: unknown;
    try {
      vectors = await this.#settings.embedder.embed!(texts, signal ? { signal } : {});
    } catch (cause) {
      if (cause instanceof LLMError) onEmbedding({ texts, usage: cause.usage, model: undefined });
      if (isLLMOrMisuseError(cause)) throw cause;
      throw this.#buildError(reasonOf(cause), cause);
    }
    const { usage, model } = Object(vectors) as Partial<Embeddings>;
    onEmbedding({ texts, usage, model });
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
