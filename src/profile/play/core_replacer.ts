/**
 * Agent cores whose models are replaced and whose turns are observed.
 *
 * @module
 */
import { changeSteps } from "../../graph/graph.ts";
import type { LLM } from "../../llm/llm.ts";
import { registerInternals, type StepTool, toolInternals } from "../../tool/tool_internals.ts";
import { type AgentCore, replaceModels } from "../../turn/agent_core.ts";
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
      const withModels = replaceModels(core, (own) => this.#model(own));
      const graph = changeSteps(withModels.graph, ({ tools, wholeOffer }) => ({
        tools: tools.map((tool) => this.#tool(tool)),
        wholeOffer: { ...wholeOffer, tools: wholeOffer.tools.map((tool) => this.#tool(tool)) },
      }));
      replaced = { ...withModels, graph, observers: this.#replacements.observers };
      this.#cores.set(core, replaced);
    }
    return replaced;
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
