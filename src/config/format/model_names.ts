/**
 * Names of the models of an agent file.
 *
 * @module
 */
import { isRecord } from "../../schema/option_shape.ts";
import type { SourcePath } from "../text/source.ts";
import type { AgentConfig, ModelConfig } from "./agent_config.ts";

/** Model of an agent file. */
export interface NamedModel {
  readonly model: ModelConfig;
  /** Place in the file. */
  readonly path: SourcePath;
}

/** Returns true if a value of `llm` is one model, not several by name. */
export function isSingleModel(value: unknown): value is ModelConfig {
  return isRecord(value) && (typeof value.provider === "string" || typeof value.model === "string");
}

/** Returns the name that an agent has for a model of its file. */
export function toAgentName(name: string): string {
  return name === "global" ? "default" : name;
}

/** Returns the models of a file by the names that the agent has for them, without that for embeddings. */
export function listNamedModels(llm: AgentConfig["llm"] = {}): Map<string, NamedModel> {
  if (isSingleModel(llm)) return new Map([["default", { model: llm, path: ["llm"] }]]);
  return new Map(
    Object.entries(llm).map(([name, model]) => [toAgentName(name), { model, path: ["llm", name] }]),
  );
}

/** Lists all models of a file, that for embeddings included. */
export function listModels({ llm, embedding_model }: AgentConfig): readonly ModelConfig[] {
  const models = [...listNamedModels(llm).values()].map(({ model }) => model);
  return embedding_model === undefined ? models : [...models, embedding_model];
}
