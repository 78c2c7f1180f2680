/**
 * Models of an agent file by name.
 *
 * @module
 */
import type { LLM } from "../../llm/llm.ts";
import type { Inspection } from "../check/inspection.ts";
import type { AgentConfig, ModelConfig } from "../format/agent_config.ts";
import { listNamedModels, toAgentName } from "../format/model_names.ts";
import type { SourcePath } from "../text/source.ts";
import { createModel, type ModelFacts } from "./create_model.ts";

/**
 * Model that replaces all models of a file, or models that replace those of the same name, among
 * them `embedding_model`.
 */
export type GivenModels = LLM | Readonly<Record<string, LLM>>;

/** Models of a file by name, one of them `default`. */
export type LoadedModels = Readonly<Record<string, LLM>>;

/**
 * Creates the models of a file, except those that the program replaces, and reports problems.
 *
 * @param config Content with the values of its variables.
 * @param facts Models of the program, and facts that the creation of the others needs.
 */
export async function loadModels(
  inspection: Pick<Inspection, "report" | "warn">,
  config: Pick<AgentConfig, "llm" | "embedding_model">,
  { llm, ...facts }: ModelFacts & { readonly llm: GivenModels | undefined },
): Promise<LoadedModels> {
  const configs = listNamedModels(config.llm);
  const create = (model: ModelConfig, path: SourcePath) =>
    createModel(model, {
      ...facts,
      report: (at, problem) => inspection.report([...path, ...at], problem),
      warn: (at, problem) => inspection.warn([...path, ...at], problem),
    });
  const isOne = isOneModel(llm);
  const given = new Map(
    Object.entries(isOne ? { default: llm } : llm ?? {})
      .map(([name, model]) => [toAgentName(name), model] as const),
  );
  const findGiven = (name: string) => given.get(isOne ? "default" : name);
  const models = new Map<string, LLM>();
  for (const [name, { model, path }] of configs) {
    const created = findGiven(name) ?? await create(model, path);
    if (created !== undefined) models.set(name, created);
  }
  const main = models.get("default") ?? findGiven("default");
  if (main === undefined) {
    if (configs.size === 0) {
      const expected = 'llm with provider and model, or the option "llm" of loadAgent()';
      inspection.report([], { message: "the file names no model", expected });
    }
  } else {
    // A single model of the program plays the whole agent, embeddings included.
    const embedder = isOne
      ? undefined
      : given.get("embedding_model") ?? await createEmbedder(inspection, config, create);
    models.set("default", embedder === undefined ? main : withEmbedder(main, embedder));
  }
  return Object.fromEntries(models);
}

/** Returns the names of the models of the program. */
export function nameGiven(llm: GivenModels | undefined): ReadonlySet<string> {
  const models: readonly (LLM | undefined)[] = isOneModel(llm) ? [llm] : Object.values(llm ?? {});
  return new Set(models.flatMap((model) => model?.name ?? []));
}

function isOneModel(llm: GivenModels | undefined): llm is LLM {
  return typeof llm?.decide === "function";
}

/** Creates the model that embeds; undefined if the file names none, or it has a problem. */
async function createEmbedder(
  inspection: Pick<Inspection, "report">,
  { embedding_model: config }: Pick<AgentConfig, "embedding_model">,
  create: (model: ModelConfig, path: SourcePath) => Promise<LLM | undefined>,
): Promise<LLM | undefined> {
  if (config === undefined) return undefined;
  const { provider, model, embedding_model } = config;
  const name = embedding_model ?? (/embed/i.test(model) ? model : undefined);
  const path = ["embedding_model"];
  const embedder = await create(
    name === undefined ? config : { ...config, embedding_model: name },
    path,
  );
  if (embedder === undefined || embedder.embed !== undefined) return embedder;
  const message = `${provider} has no default embedding model`;
  inspection.report(path, { message, expected: "embedding_model in it" });
  return undefined;
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
