/**
 * Agents of files of tests: that of an agent file, or one of a program.
 *
 * @module
 */
import type { CostOf } from "../../cost/call_usage.ts";
import type { LLM } from "../../llm/llm.ts";
import { playPrices, requireCore, withSchemaProfile } from "../../testing/play/played_core.ts";
import { inspect } from "../check/inspect.ts";
import type { AgentNames } from "../conversation/script_entry.ts";
import { hasOpenTypes } from "../format/open_types.ts";
import { type AnyAgent, loadAgent, type LoadOptions } from "../load_agent.ts";
import type { GivenModels } from "../model/load_models.ts";
import { readTextSync } from "../text/files.ts";
import { ConfigFileError } from "../text/problem.ts";
import { createPlayedModels, loadMainModel } from "./file_models.ts";

/** Parts of an agent that a test replaces. */
interface Replaced {
  /** Models that play it. Default: its own. */
  readonly llm?: GivenModels;
  /** Price of a call, unless the agent has one. */
  readonly cost?: CostOf;
}

/** Agent that tests play, each test a new one. */
export interface TestedAgent {
  /** Names of its steps and tools. */
  readonly names: AgentNames;
  /** Loads it, with other models. */
  load(replaced: Replaced): Promise<AnyAgent>;
  /** Returns a model for each of its models; `player` plays all of them. */
  createPlayedModels(player: LLM): Promise<GivenModels>;
  /** Returns its main model. */
  loadMainModel(): Promise<LLM>;
  /** Returns the option `context` of a session; an empty object if the agent needs none. */
  openContext(): Promise<{ readonly context?: unknown }>;
}

/**
 * Reads the file of an agent. Its tools, schemas and models are loaded when a test runs.
 *
 * @throws {ConfigFileError} listing every problem that the text shows.
 */
export function readTestedFile(
  place: string | URL,
  options: Omit<LoadOptions, "llm">,
): TestedAgent {
  const file = readTextSync(place);
  const { config, problems, warnings, source } = inspect(file.path, file.text, options);
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  const models = { source, llm: config.llm, isOpen: hasOpenTypes(config) };
  const { tools = [] } = options;
  return {
    names: {
      steps: new Set(config.steps.map(({ step_id }) => step_id)),
      tools: new Set([
        ...config.steps.flatMap(({ available_tools }) => available_tools),
        ...tools.map(({ name }) => name),
      ]),
    },
    load: ({ llm, cost }) =>
      loadAgent(file, { ...cost && { cost }, ...options, ...llm !== undefined && { llm } }),
    createPlayedModels: (player) => createPlayedModels(player, models),
    loadMainModel: () => loadMainModel(models, options.env),
    openContext: () => Promise.resolve({}),
  };
}

/**
 * Returns the agent of a program.
 *
 * @throws {ConfigError} if it is none.
 */
export function takeTestedAgent(
  agent: AnyAgent,
  openContext: TestedAgent["openContext"] = () => Promise.resolve({}),
): TestedAgent {
  const core = requireCore(agent, "test");
  const steps = [...core.graph.steps.values()];
  return {
    names: {
      steps: new Set(core.graph.steps.keys()),
      tools: new Set(steps.flatMap(({ tools }) => tools.map(({ name }) => name))),
    },
    load: ({ llm, cost }) => {
      const prices = core.cost ?? cost;
      return Promise.resolve(agent.with({
        ...llm !== undefined && { llm },
        ...prices && { cost: llm === undefined ? prices : playPrices(prices) },
      }));
    },
    createPlayedModels: (player) =>
      Promise.resolve(
        Object.fromEntries(
          [...core.models].map(([name, model]) => [name, withSchemaProfile(model, player)]),
        ),
      ),
    loadMainModel: () => Promise.resolve(core.models.get("default")!),
    openContext,
  };
}
