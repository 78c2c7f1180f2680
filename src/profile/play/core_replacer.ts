/**
 * Agent cores whose models are replaced and whose turns are observed.
 *
 * @module
 */
import type { Step } from "../../graph/graph.ts";
import { isModel } from "../../graph/history_options.ts";
import type { LLM } from "../../llm/llm.ts";
import { registerInternals, type StepTool, toolInternals } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { childAgentOf, registerChildAgent } from "../../turn/call/child_call.ts";
import type { Observer } from "../../turn/observer.ts";

/** Replacements in an agent, and in all agents that it calls as tools. */
export interface Replacements {
  /** Observers, in place of the agent's own. */
  readonly observers: readonly Observer[];
  /** Returns the model that is called in place of one of the agent's. */
  readonly modelFor: (model: LLM) => LLM;
}

/** Replaces the models and observers of agents; the agents are not changed. */
export class CoreReplacer {
  readonly #replacements: Replacements;
  readonly #cores = new Map<AgentCore, AgentCore>();
  readonly #tools = new Map<StepTool, StepTool>();
  readonly #models = new Map<LLM, LLM>();

  constructor(replacements: Replacements) {
    this.#replacements = replacements;
  }

  /** Returns the core with its replacements, always the same one. */
  replace(core: AgentCore): AgentCore {
    let replaced = this.#cores.get(core);
    if (replaced === undefined) {
      const steps = new Map([...core.graph.steps].map(([id, step]) => [id, this.#step(step)]));
      const { observers } = this.#replacements;
      const examples = { ...core.examples, embedder: this.#model(core.examples.embedder) };
      const models = new Map([...core.models].map(([name, own]) => [name, this.#model(own)]));
      replaced = { ...core, models, graph: { ...core.graph, steps }, observers, examples };
      this.#cores.set(core, replaced);
    }
    return replaced;
  }

  #step(step: Step): Step {
    const { history } = step;
    const { summarize } = history;
    return {
      ...step,
      llm: this.#model(step.llm),
      tools: step.tools.map((tool) => this.#tool(tool)),
      wholeOffer: {
        ...step.wholeOffer,
        tools: step.wholeOffer.tools.map((tool) => this.#tool(tool)),
      },
      history: isModel(summarize) ? { ...history, summarize: this.#model(summarize) } : history,
    };
  }

  #model(model: LLM): LLM {
    let replaced = this.#models.get(model);
    if (replaced === undefined) {
      this.#models.set(model, replaced = this.#replacements.modelFor(model));
    }
    return replaced;
  }

  /** Replaces the agent behind a tool, if there is one. */
  #tool(tool: StepTool): StepTool {
    const agent = childAgentOf(tool);
    if (agent === undefined) return tool;
    let replaced = this.#tools.get(tool);
    if (replaced === undefined) {
      this.#tools.set(tool, replaced = { ...tool });
      registerInternals(replaced, toolInternals(tool));
      registerChildAgent(replaced, agent.withCore((core) => this.replace(core)));
    }
    return replaced;
  }
}
