/**
 * An agent whose models are replaced, and whose guards follow a recording.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import type { Step } from "../../graph/graph.ts";
import { offersOf } from "../../graph/offer.ts";
import type { LLM } from "../../llm/llm.ts";

/** What is replaced. */
export interface Replacement {
  /** The model in the place of one of the agent's. */
  readonly modelFor: (model: LLM) => LLM;
  /** Whether guards and `needsApproval` are asked. Else guards let pass, and nothing is asked. */
  readonly asksGuards: boolean;
}

/**
 * The core of an agent with the same graph, schemas and limits of a turn. No tool
 * of it is to be run: whoever replays takes results from the recording.
 */
export function replayedCore(core: AgentCore, { modelFor, asksGuards }: Replacement): AgentCore {
  const steps = new Map<string, Step>();
  for (const step of core.graph.steps.values()) {
    steps.set(step.id, {
      ...step,
      llm: modelFor(step.llm),
      // Examples by likeness would ask a real model for vectors.
      examples: step.examples.filter(({ show }) => show !== "similar"),
      ...offersOf(step.routes, step.tools),
      ...(!asksGuards && { isGuarded: false, asksForApproval: false }),
    });
  }
  const graph = { start: core.graph.start, steps };
  const nothingIsSpent = { spendingLimits: undefined, cost: undefined };
  return { ...core, graph, ...nothingIsSpent, observers: [], clock: () => 0 };
}

/** A model whose schemas are lowered as those of the one it stands for. */
export function withProfileOf({ schemaProfile }: LLM, model: LLM): LLM {
  if (schemaProfile === undefined) return model;
  return { name: model.name, schemaProfile, decide: (request) => model.decide(request) };
}
