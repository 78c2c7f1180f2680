/**
 * What a model has learned of a graph from what it was asked.
 *
 * @module
 */
import type { LegalActions } from "../../decision/legal_actions.ts";

/** What was ever legal in a step. */
export interface KnownStep {
  /** The tools. */
  readonly tools: Set<string>;
  /** The routes, and how often each was taken by any session. */
  readonly routes: Map<string, number>;
  /** Whether the user can be answered. */
  answers: boolean;
  /** What was learned last: steps share it, so that mostly there is nothing new. */
  learned: LegalActions | undefined;
}

/** A graph as far as it is known. */
export class KnownGraph {
  readonly #steps = new Map<string, KnownStep>();

  /** How many steps are known. */
  get size(): number {
    return this.#steps.size;
  }

  /** A step; undefined if it was never visited. */
  get(step: string): KnownStep | undefined {
    return this.#steps.get(step);
  }

  /** Takes note of what is legal now. A request may be narrowed, so nothing is forgotten. */
  learn(step: string, legal: LegalActions): void {
    let known = this.#steps.get(step);
    if (known === undefined) {
      known = { tools: new Set(), routes: new Map(), answers: false, learned: undefined };
      this.#steps.set(step, known);
    }
    if (known.learned === legal) return;
    known.learned = legal;
    known.answers ||= legal.actions.includes("RESPOND");
    for (const tool of legal.tools) known.tools.add(tool);
    for (const route of legal.routes) {
      if (!known.routes.has(route)) known.routes.set(route, 0);
    }
  }

  /** Whether known routes lead from one step to another. */
  isReachable(to: string, from: string): boolean {
    const reached = new Set([from]);
    for (const step of reached) {
      if (step === to) return true;
      for (const route of this.#steps.get(step)?.routes.keys() ?? []) reached.add(route);
    }
    return false;
  }
}
