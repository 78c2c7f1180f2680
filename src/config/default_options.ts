/**
 * Defaults of the options `cost` and `exampleSimilarity` of an agent of a file.
 *
 * @module
 */
import type { CostOf } from "../cost/call_usage.ts";
import { quote } from "../errors.ts";
import type { ExampleSimilarity } from "../prompt/examples.ts";
import type { Inspection } from "./check/inspection.ts";
import type { AgentConfig } from "./format/agent_config.ts";
import type { LoadedModels } from "./model/load_models.ts";

/**
 * Returns the similarity of examples by their words, if the default model cannot embed. Warns of it
 * if that model is one of the file.
 *
 * @param given Names of the models of the program.
 */
export async function loadSimilarity(
  inspection: Inspection,
  { steps }: AgentConfig,
  models: LoadedModels,
  given: ReadonlySet<string>,
): Promise<ExampleSimilarity | undefined> {
  const index = steps.findIndex(({ examples }) =>
    examples.some(({ visibility }) => visibility === "dynamic")
  );
  if (index < 0 || models.default === undefined || models.default.embed !== undefined) {
    return undefined;
  }
  if (!given.has(models.default.name)) {
    inspection.warn(["steps", index, "examples"], {
      message: `model ${quote(models.default.name)} cannot embed: dynamic examples are chosen by ` +
        "their words",
      expected: "embedding_model, or these examples as they are",
    }, "key");
  }
  const { createWordSimilarity } = await import("./model/similarity.ts");
  return createWordSimilarity();
}

/**
 * Returns the prices of model calls, and reports limits of models whose price is not known.
 *
 * @param given Names of the models of the program. Those without a price cost nothing.
 */
export async function loadPrices(
  inspection: Inspection,
  { limits }: AgentConfig,
  models: LoadedModels,
  given: ReadonlySet<string>,
): Promise<CostOf> {
  const { genaiPrices } = await import("../prices/mod.ts");
  const costOf = genaiPrices();
  for (const part of ["turn", "session"] as const) {
    if (limits[part]?.cost === undefined) continue;
    for (const { name } of Object.values(models)) {
      if (given.has(name)) continue;
      if (costOf({ input: 1, output: 1 }, { llm: name }) !== undefined) continue;
      inspection.report(["limits", part, "cost"], {
        message: `the price of model ${quote(name)} is not known`,
        expected: "a model with a price, another limit, or the option cost of loadAgent()",
      });
    }
  }
  return given.size === 0 ? costOf : (usage, call) => costOf(usage, call) ?? 0;
}
