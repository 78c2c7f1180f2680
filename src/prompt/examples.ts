/**
 * Which examples of a step are shown.
 *
 * @module
 */
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
  readonly #contexts = new Map<Step, Promise<number[][]>>();

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

  /** The examples to show for an input: those that always are, then the most similar ones. */
  async choose(step: Step, input: string, signal?: AbortSignal): Promise<readonly Example[]> {
    const always = this.always(step);
    const room = this.#limits.maxExamples - always.length;
    if (room <= 0) return always;
    const similar = step.examples.filter(({ show }) => show === "similar");
    const [query] = await this.#embedder.embed!([input], signal ? { signal } : {});
    const contexts = await this.#embed(step, similar);
    const scored = similar
      .map((example, index) => ({ example, score: cosine(query!, contexts[index]!) }))
      .filter(({ score }) => score >= this.#limits.exampleThreshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, room);
    return [...always, ...scored.map(({ example }) => example)];
  }

  #embed(step: Step, examples: readonly Example[]): Promise<number[][]> {
    let contexts = this.#contexts.get(step);
    if (contexts === undefined) {
      contexts = this.#embedder.embed!(examples.map(({ context }) => context));
      this.#contexts.set(step, contexts);
      // A failure is not kept: the next request embeds again.
      contexts.catch(() => this.#contexts.delete(step));
    }
    return contexts;
  }
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
