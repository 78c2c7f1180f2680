/**
 * Models that a test takes from the files: real ones, and the schemas that scripted ones accept.
 *
 * @module
 */
import type { LLM } from "../../llm/llm.ts";
import { withSchemaProfile } from "../../testing/play/played_core.ts";
import type { AgentConfig } from "../format/agent_config.ts";
import { listNamedModels } from "../format/model_names.ts";
import { type GivenModels, type LoadedModels, loadModels } from "../model/load_models.ts";
import { ConfigFileError, type ConfigProblem } from "../text/problem.ts";
import type { Source } from "../text/source.ts";
import { readProcessVariable, type ReadVariable, Variables } from "../text/variables.ts";

/** Models of a file, with the places of its values. */
export interface FileModels {
  /** Parsed file. */
  readonly source: Source;
  /** Its models. */
  readonly llm: AgentConfig["llm"];
  /** True if it has types that strict schemas cannot express. `@default {false}` */
  readonly isOpen?: boolean;
}

/**
 * Loads the main model of a file.
 *
 * @throws {ConfigFileError} if the file names none, or listing the problems of its models.
 */
export async function loadMainModel(
  models: FileModels,
  readVariable: ReadVariable = readProcessVariable,
): Promise<LLM> {
  const { loaded: { default: model }, problems } = await load(models, readVariable);
  if (model === undefined || problems.length > 0) throw new ConfigFileError(problems);
  return model;
}

/**
 * Returns a model for each model of a file; `player` plays all of them. Each accepts the schemas of
 * the model that it replaces, if that can be created without the environment.
 */
export async function createPlayedModels(player: LLM, models: FileModels): Promise<GivenModels> {
  const { loaded } = await load(models, () => undefined);
  const names = new Set(["default", ...listNamedModels(models.llm).keys()]);
  const played = [...names].map((name): [string, LLM] => {
    const model = loaded[name];
    return [name, model === undefined ? player : withSchemaProfile(model, player)];
  });
  return { ...Object.fromEntries(played), embedding_model: player };
}

async function load(
  { source, llm, isOpen = false }: FileModels,
  readVariable: ReadVariable,
): Promise<{ readonly loaded: LoadedModels; readonly problems: readonly ConfigProblem[] }> {
  const problems: ConfigProblem[] = [];
  const variables = new Variables(readVariable);
  const report = (...[path, problem]: Parameters<Source["locate"]>) => {
    const located = source.locate(path, problem);
    problems.push({ ...located, message: variables.redact(located.message) });
  };
  const config = variables.expand({ ...llm !== undefined && { llm } }, report);
  const inspection = { report, warn: () => {} };
  const loaded = await loadModels(inspection, config, {
    llm: undefined,
    readVariable: (name) => variables.get(name),
    isOpen,
  });
  return { loaded, problems };
}
