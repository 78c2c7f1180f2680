/**
 * Models of an agent file by name.
 *
 * @module
 */
import type { LLM } from "../llm/llm.ts";
import type { AgentConfig, ModelConfig } from "./agent_config.ts";
import { isSingleModel } from "./format.ts";
import type { Inspection } from "./inspection.ts";
import { createModel } from "./models.ts";
import type { SourcePath } from "./source.ts";
import type { ReadVariable } from "./variables.ts";

/** Model that replaces all models of a file, or models that replace those of the same name. */
export type GivenModels = LLM | Readonly<Record<string, LLM>>;

/** Models of a file by name, one of them `default`. */
export type LoadedModels = Readonly<Record<string, LLM>>;

/**
 * Creates the models of a file, except those that the program replaces, and reports problems.
 *
 * @param config Content with the values of its variables.
 */
export async function loadModels(
  inspection: Inspection,
  config: AgentConfig,
  llm: GivenModels | undefined,
  readVariable: ReadVariable,
): Promise<LoadedModels> {
  const models: Record<string, LLM> = {};
  const configs = listModels(config);
  const create = (model: ModelConfig, path: SourcePath) =>
    createModel(model, {
      readVariable,
      report: (at, problem) => inspection.report([...path, ...at], problem),
      warn: (at, problem) => inspection.warn([...path, ...at], problem),
    });
  const given = typeof (llm as Partial<LLM> | undefined)?.decide === "function"
    ? llm as LLM
    : undefined;
  const named = (given === undefined ? llm ?? {} : {}) as Readonly<Record<string, LLM>>;
  for (const [name, { model, path }] of configs) {
    const replacement = given ?? named[name] ?? (name === "default" ? named.global : undefined);
    const created = replacement ?? await create(model, path);
    if (created !== undefined) models[name] = created;
  }
  models.default ??= given ?? named.default ?? named.global!;
  if (models.default === undefined) delete models.default;
  if (configs.size === 0 && models.default === undefined) {
    const expected = 'llm with provider and model, or the option "llm" of loadAgent()';
    inspection.report([], { message: "the file names no model", expected });
  }
  const { embedding_model } = config;
  // A scripted model plays the whole agent, embeddings included.
  if (embedding_model !== undefined && models.default !== undefined && given === undefined) {
    const { model, embedding_model: other = /embed/i.test(model) ? model : undefined } =
      embedding_model;
    const embedder = await create(
      other === undefined ? embedding_model : { ...embedding_model, embedding_model: other },
      ["embedding_model"],
    );
    if (embedder?.embed === undefined && embedder !== undefined) {
      const message = `${embedding_model.provider} has no default embedding model`;
      inspection.report(["embedding_model"], { message, expected: "embedding_model in it" });
    } else if (embedder !== undefined) models.default = withEmbedder(models.default, embedder);
  }
  return models;
}

/** Lists the models of a file, `global` as `default`. */
function listModels(
  { llm }: AgentConfig,
): ReadonlyMap<string, { readonly model: ModelConfig; readonly path: SourcePath }> {
  if (llm === undefined) return new Map();
  if (isSingleModel(llm)) {
    return new Map([["default", { model: llm as ModelConfig, path: ["llm"] }]]);
  }
  return new Map(
    Object.entries(llm as Readonly<Record<string, ModelConfig>>).map(([name, model]) => {
      return [name === "global" ? "default" : name, { model, path: ["llm", name] }];
    }),
  );
}

/** Returns a model that decides like one, and embeds like another. */
function withEmbedder(llm: LLM, embedder: LLM): LLM {
  const { name, schemaProfile } = llm;
  return {
    name,
    ...schemaProfile !== undefined && { schemaProfile },
    decide: (request) => llm.decide(request),
    ...llm.stream && { stream: (request) => llm.stream!(request) },
    embed: (texts, options) => embedder.embed!(texts, options),
  };
}
