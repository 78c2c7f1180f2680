/**
 * From an author's options to the core of an agent.
 *
 * @module
 */
import * as v from "valibot";
import type { AgentCore } from "../turn/agent_core.ts";
import type { AgentOptions } from "./agent_options.ts";
import { checkLimits } from "../cost/check_limits.ts";
import { findSchema, processSchemaCache, SchemaCache } from "../schema/schema_cache.ts";
import { ConfigError, GraphError, type GraphProblem, quote } from "../errors.ts";
import { buildGraph } from "../graph/build_graph.ts";
import type { Graph, Step } from "../graph/graph.ts";
import type { LLM } from "../llm/llm.ts";
import { shapeOf } from "../turn/prepare.ts";
import { ExampleChooser } from "../prompt/examples.ts";
import { standingText } from "../prompt/standing_text.ts";

/**
 * Checks the options and builds the core.
 *
 * @throws {GraphError} listing every problem of the graph.
 * @throws {ConfigError} if an option is not usable.
 */
export function buildCore(options: AgentOptions<string, never>): AgentCore {
  checkOptions(options);
  const { name, start, steps, tools = [], system, persona, reasoning = true } = options;
  const models = modelsOf(options);
  const schemaCache = options.schemaCache ?? processSchemaCache;
  const graph = buildGraph({ name, start, steps, tools, models, reasoning });
  checkSchemas(name, graph, schemaCache);
  const { limits, cost } = options;
  if (limits !== undefined) {
    checkLimits(limits, cost, `Cannot build agent ${quote(name)}`, models.values());
  }
  return {
    name,
    graph,
    standing: standingText({ system, persona }),
    examples: new ExampleChooser(models.get("default")!, {
      maxExamples: options.maxExamples ?? 5,
      exampleThreshold: options.exampleThreshold ?? 0.5,
    }),
    limits: { maxErrors: options.maxErrors ?? 3, maxIterations: options.maxIterations ?? 10 },
    maxDepth: options.maxDepth ?? 8,
    spendingLimits: limits,
    cost,
    observers: options.observers?.slice() ?? [],
    maxResultChars: options.maxResultChars ?? 20_000,
    migrateResult: options.migrateResult,
    schemaCache,
    clock: options.clock ?? Date.now,
    ids: options.ids ?? (() => crypto.randomUUID()),
  };
}

function wholeNumber(least: number) {
  const message = `expected a whole number from ${least}`;
  return v.optional(v.pipe(v.number(message), v.safeInteger(message), v.minValue(least, message)));
}

const text = v.optional(v.string("expected text"));
const share = "expected a number from 0 to 1";
const callable = v.optional(v.function("expected a function"));

/** Models and steps are looked at by themselves. */
const optionsShape = v.looseObject({
  name: v.pipe(v.string("expected a name"), v.nonEmpty("expected a name")),
  system: text,
  persona: text,
  reasoning: v.optional(v.boolean("expected true or false")),
  maxErrors: wholeNumber(0),
  maxIterations: wholeNumber(1),
  maxDepth: wholeNumber(0),
  maxResultChars: wholeNumber(1),
  maxExamples: wholeNumber(0),
  exampleThreshold: v.optional(
    v.pipe(v.number(share), v.minValue(0, share), v.maxValue(1, share)),
  ),
  clock: callable,
  ids: callable,
  migrateResult: callable,
  schemaCache: v.optional(v.instance(SchemaCache, "expected a SchemaCache")),
  cost: callable,
  observers: v.optional(
    v.array(
      v.looseObject(
        { beginTurn: v.function("expected a function") },
        "expected an observer with beginTurn()",
      ),
      "expected a list of observers",
    ),
  ),
}, "expected options");

function checkOptions(options: AgentOptions<string, never>): void {
  const result = v.safeParse(optionsShape, options, { abortEarly: true });
  if (result.success) return;
  const issue: v.BaseIssue<unknown> = result.issues[0];
  const what = v.getDotPath(issue) ?? "options";
  throw new ConfigError(
    `Cannot build agent ${quote(options?.name)}: ${what} is ${
      quote(issue.input)
    }: ${issue.message}`,
  );
}

function modelsOf({ name, llm }: AgentOptions<string, never>): ReadonlyMap<string, LLM> {
  const given = typeof (llm as Partial<LLM> | undefined)?.decide === "function"
    ? [["default", llm as LLM] as const]
    : Object.entries(llm ?? {}) as [string, LLM][];
  const models = new Map(given);
  for (const [id, model] of models) {
    if (typeof model?.decide !== "function" || typeof model.name !== "string") {
      throw new ConfigError(
        `Cannot build agent ${quote(name)}: model ${
          quote(id)
        } is no LLM: expected a name and decide()`,
      );
    }
  }
  if (!models.has("default")) {
    throw new ConfigError(
      `Cannot build agent "${name}": expected "llm" to be a model or to have "default"`,
    );
  }
  return models;
}

/** Builds the schema of each step with all it declares, so that what no model takes is told now. */
function checkSchemas(name: string, { steps }: Graph, schemaCache: SchemaCache): void {
  const problems: GraphProblem[] = [];
  for (const step of steps.values()) {
    const problem = schemaProblem(step, schemaCache);
    if (problem !== undefined) problems.push({ path: `steps.${step.id}`, message: problem });
  }
  if (problems.length > 0) throw new GraphError(name, problems);
}

function schemaProblem(step: Step, schemaCache: SchemaCache): string | undefined {
  const { wholeOffer } = step;
  try {
    const shape = () => shapeOf(step, wholeOffer);
    const { excess } = findSchema(schemaCache, step.schemas, wholeOffer.key, shape);
    return excess && `the schema of its decisions is too large for ${step.llm.name}: ${excess}`;
  } catch (error) {
    if (error instanceof ConfigError) return `${error.message} (for ${step.llm.name})`;
    throw error;
  }
}
