/**
 * Agents of agent files.
 *
 * @module
 */
import { Agent } from "../agent/agent.ts";
import type { AgentOptions } from "../agent/agent_options.ts";
import { ConfigError, GraphError, quote } from "../errors.ts";
import type { LLM } from "../llm/llm.ts";
import * as option from "../schema/option_shape.ts";
import type { AnyTool } from "../tool/tool_internals.ts";
import { buildAgentOptions, locateProblem, type Parts } from "./build_options.ts";
import { inspect, type ReadOptions } from "./check/inspect.ts";
import type { Inspection } from "./check/inspection.ts";
import { loadPrices, loadSimilarity } from "./default_options.ts";
import type { AgentConfig } from "./format/agent_config.ts";
import { hasOpenTypes } from "./format/open_types.ts";
import { loadModels, nameGiven } from "./model/load_models.ts";
import type { ConfigFile } from "./read_config.ts";
import { type LoadedSchemas, readSchemas } from "./schema_files.ts";
import { readText } from "./text/files.ts";
import { ConfigFileError, type ConfigProblem, warnOnConsole } from "./text/problem.ts";
import { readProcessVariable, type ReadVariable, Variables } from "./text/variables.ts";
import { readToolOptions } from "./tool/adopt_tool.ts";
import { type LoadedTools, loadTools } from "./tool/load_tools.ts";

/** Options of {@linkcode loadAgent}: those of the agent that a file does not have, and its own. */
export interface LoadOptions extends
  ReadOptions,
  Omit<
    AgentOptions,
    | "data"
    | "exampleThreshold"
    | "history"
    | "limits"
    | "llm"
    | "maxErrors"
    | "maxExamples"
    | "maxIterations"
    | "name"
    | "persona"
    | "reasoning"
    | "start"
    | "steps"
    | "system"
    | "tools"
  > {
  /**
   * Model that replaces all models of the file, or models that replace those of the same name,
   * among them `embedding_model`. Without `cost`, calls of models that the price table does not
   * have cost nothing. Default: the models of the file.
   */
  readonly llm?: LLM | Readonly<Record<string, LLM>>;
  /** Tools in addition to those of the file. They take precedence. Default: none. */
  readonly tools?: readonly AnyTool[];
  /** Returns the value of an environment variable. Default: that of the process. */
  readonly env?: ReadVariable;
  /** Called with each part of the file that is ignored. Default: a warning on the console. */
  readonly onConfigWarning?: (warning: ConfigProblem) => void;
}

/** Shape of {@linkcode LoadOptions}. What the agent takes, it validates. */
export const loadShape: option.OptionShape<LoadOptions> = {
  ignoreFlows: option.flag,
  llm: option.anything,
  tools: option.anything,
  env: option.callable,
  onConfigWarning: option.callable,
  clock: option.anything,
  context: option.anything,
  cost: option.anything,
  exampleSimilarity: option.anything,
  ids: option.anything,
  maxDepth: option.anything,
  maxOutputChars: option.anything,
  maxRepeats: option.anything,
  maxResultChars: option.anything,
  migrateData: option.anything,
  migrateResult: option.anything,
  observers: option.anything,
  onObserverError: option.anything,
  onWarning: option.anything,
  renamedSteps: option.anything,
  schemaCache: option.anything,
  timings: option.anything,
};

/**
 * Loads an agent from an agent file: imports its tools, reads its schemas, creates its models, and
 * replaces `$NAME` and `${NAME}` by environment variables.
 *
 * @param file Path or `file:` URL of the file, or its path and text, as {@linkcode readConfig} returns them.
 * @throws {ConfigFileError} listing every problem of the file, its tools and its models.
 * @throws {ConfigError} if an option is invalid.
 *
 * @example
 * ```ts
 * import { decide, MockLLM } from "@nomos/agent";
 * import { loadAgent, parseConfig } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 *
 * const file = parseConfig(
 *   "agent.yaml",
 *   `
 * name: barista
 * llm: { provider: openai, model: gpt-5-mini }
 * start: greet
 * steps:
 *   - { id: greet, desc: Greet the customer, paths: [{ to: order, when: they want to order }] }
 *   - { id: order, desc: Take the order }
 * `,
 * );
 * const llm = new MockLLM([decide.move("order"), decide.respond("What can I get you?")]);
 * const agent = await loadAgent(file, { llm }); // without `llm`, the model of the file
 * const turn = await agent.createSession().next("A latte");
 * assertEquals([turn.step, turn.response], ["order", "What can I get you?"]);
 * ```
 */
export async function loadAgent(
  file: string | URL | Pick<ConfigFile, "path" | "text">,
  options: LoadOptions = {},
): Promise<Agent<Record<string, unknown>, Record<string, unknown>>> {
  option.checkOptions(loadShape, options, "Cannot load an agent");
  checkTools(options.tools);
  const { path, text } = typeof file === "object" && "text" in file ? file : await readText(file);
  const { env = readProcessVariable, onConfigWarning = warnOnConsole } = options;
  const inspection = inspect(path, text, options);
  const variables = new Variables(env);
  const agent = await createAgent(inspection, variables, options);
  const redact = (problem: ConfigProblem): ConfigProblem => {
    return { ...problem, message: variables.redact(problem.message) };
  };
  const warnings = inspection.warnings.map(redact);
  if (agent === undefined) throw new ConfigFileError(inspection.problems.map(redact), warnings);
  for (const warning of warnings) onConfigWarning(warning);
  return agent;
}

/** Agent whose answers and data are not known. */
export type AnyAgent = Agent<Record<string, unknown>, Record<string, unknown>>;

/** Creates the agent of a file; undefined if the file has problems, which are reported. */
async function createAgent(
  inspection: Inspection,
  variables: Variables,
  options: LoadOptions,
): Promise<AnyAgent | undefined> {
  const { ignoreFlows: _, env: __, onConfigWarning: ___, llm, tools: ____, ...others } = options;
  const parts = await loadParts(inspection, variables, options);
  if (!inspection.isWellFormed()) return undefined;
  const { config, models } = parts;
  const built = buildAgentOptions(inspection, config, parts);
  const given = nameGiven(llm);
  const cost = others.cost ?? await loadPrices(inspection, config, models, given);
  const exampleSimilarity = others.exampleSimilarity ??
    await loadSimilarity(inspection, config, models, given);
  if (inspection.problems.length > 0) return undefined;
  try {
    const all: unknown = { ...built, ...others, cost, exampleSimilarity };
    return new Agent(all as AgentOptions<Record<string, unknown>, Record<string, unknown>>);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    for (const { path, message } of error.problems) {
      inspection.report(locateProblem(path, config), { message });
    }
    return undefined;
  }
}

/** Loads the well-formed parts of a file, although others are not, to find all problems at once. */
async function loadParts(
  inspection: Inspection,
  variables: Variables,
  { llm, tools = [] }: LoadOptions,
): Promise<Parts & { readonly config: AgentConfig }> {
  const hasTools = inspection.isWellFormed("tools");
  const loaded = hasTools ? await loadTools(inspection, tools) : NO_TOOLS;
  const schemas: LoadedSchemas = inspection.isWellFormed("schemas")
    ? await readSchemas(inspection)
    : new Map();
  const config = variables.expand(inspection.config, inspection.reportBelow([]));
  const hasModels = inspection.isWellFormed("llm") && inspection.isWellFormed("embedding_model");
  const models = hasModels
    ? await loadModels(inspection, config, {
      llm,
      readVariable: (name) => variables.get(name),
      isOpen: hasTools && inspection.isWellFormed("steps") && hasOpenTypes(config),
    })
    : {};
  return { tools: loaded.tools, functions: loaded.functions, schemas, models, config };
}

const NO_TOOLS: LoadedTools = { tools: [], functions: new Map() };

/**
 * Validates the option "tools".
 *
 * @throws {ConfigError} if it is not a list of tools.
 */
export function checkTools(tools: unknown): void {
  const list = tools ?? [];
  const isValid = Array.isArray(list) && list.every((tool) => readToolOptions(tool) !== undefined);
  if (isValid) return;
  throw new ConfigError(`Cannot load an agent: tools is ${quote(tools)}: expected a list of Tools`);
}
