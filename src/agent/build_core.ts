/**
 * Validation of an agent's options, and the core that is built from them.
 *
 * @module
 */
import * as v from "valibot";
import type { CostOf } from "../cost/call_usage.ts";
import { checkLimits, EXPECTED_PRICE, isPrice, withDefaultLimits } from "../cost/limits.ts";
import { findSchema } from "../decision/decision_schema.ts";
import { ConfigError, GraphError, type GraphProblem, quote, reasonOf } from "../errors.ts";
import { buildGraph } from "../graph/build_graph.ts";
import { buildShape, type Graph, type Step } from "../graph/graph.ts";
import { isModel } from "../graph/history_options.ts";
import type { LLM } from "../llm/llm.ts";
import * as option from "../schema/option_shape.ts";
import { processSchemaCache, SchemaCache } from "../schema/schema_cache.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import type { OnWarning, Warn } from "../turn/observer.ts";
import type { AgentOptions } from "./agent_options.ts";

const cores = new WeakMap<object, AgentCore>();

/** Stores the core of a new agent. */
export function registerCore(agent: object, core: AgentCore): void {
  cores.set(agent, core);
}

/** Returns the core of an agent; undefined for anything else. */
export function coreOf(agent: unknown): AgentCore | undefined {
  return cores.get(agent as object);
}

/**
 * Validates the options and builds the core.
 *
 * @throws {GraphError} listing every problem of the graph.
 * @throws {ConfigError} if an option is invalid.
 */
export function buildCore(options: AgentOptions<Record<string, unknown>, never, never>): AgentCore {
  option.checkOptions(agentShape, options, `Cannot build agent ${quote(options?.name)}`);
  const { name, start, steps, tools = [], reasoning = true, renamedSteps = {} } = options;
  const { data, context, system, persona, exampleSimilarity } = options;
  const models = readModels(options.llm, `Cannot build agent ${quote(name)}`);
  const schemaCache = options.schemaCache ?? processSchemaCache;
  const given = { name, start, steps, renamedSteps, tools, data, context, system, persona };
  const comparesText = exampleSimilarity !== undefined;
  const graph = buildGraph({ ...given, models, comparesText, reasoning, history: options.history });
  checkSchemas(name, graph, schemaCache);
  const areInSteps = [...graph.steps.values()].some((step) => step.persona !== undefined);
  const { limits, cost } = options;
  const warn = createWarn(name, options.onWarning);
  if (limits !== undefined) {
    checkLimits(limits, cost, `Cannot build agent ${quote(name)}`, listModels(models, graph));
  }
  return {
    name,
    graph,
    models,
    standing: {
      system: typeof system === "function" ? undefined : system,
      persona: areInSteps || typeof persona === "function" ? undefined : persona,
    },
    examples: {
      embedder: models.get("default")!,
      maxExamples: options.maxExamples ?? 5,
      exampleThreshold: options.exampleThreshold ?? 0.5,
      exampleSimilarity,
    },
    limits: {
      maxErrors: options.maxErrors ?? 3,
      maxIterations: options.maxIterations ?? 10,
      maxRepeats: options.maxRepeats ?? 3,
    },
    maxDepth: options.maxDepth ?? 8,
    usageLimits: withDefaultLimits(limits),
    cost: cost && reportFailures(cost, warn),
    timings: options.timings ?? false,
    observers: options.observers?.slice() ?? [],
    onObserverError: options.onObserverError ??
      ((error) => warn("observer", error.message, error.cause)),
    warn,
    maxResultChars: options.maxResultChars ?? 20_000,
    maxOutputChars: options.maxOutputChars ?? 4_000_000,
    migrateResult: options.migrateResult,
    renamedSteps: new Map(Object.entries(renamedSteps)),
    migrateData: options.migrateData,
    schemaCache,
    loadCompaction: () => import("../session/compaction_code.ts"),
    clock: options.clock ?? Date.now,
    ids: options.ids === undefined ? () => crypto.randomUUID() : checkIds(options.ids),
  };
}

/** Returns a function that throws a {@linkcode ConfigError} for an id that no session can have. */
function checkIds(ids: () => string): () => string {
  return () => {
    const id: unknown = ids();
    if (typeof id === "string" && id !== "") return id;
    throw new ConfigError(
      `Cannot name a session: the agent's option "ids" returned ${quote(id)}: expected text that ` +
        "is not empty",
    );
  };
}

/** Returns a price function that never throws: a failure is reported, and the price is not known. */
export function reportFailures(cost: CostOf, warn: Warn): CostOf {
  return (usage, call) => {
    try {
      const price: unknown = cost(usage, call);
      if (price === undefined || isPrice(price)) return price;
      warn("cost", `Cannot read a price: "cost" returned ${quote(price)}: ${EXPECTED_PRICE}`);
    } catch (cause) {
      warn("cost", `Cannot read a price: "cost" threw: ${reasonOf(cause)}`, cause);
    }
    return undefined;
  };
}

/** Returns a function that warns of each kind of problem once, or calls `onWarning` with all. */
function createWarn(agent: string, onWarning: OnWarning | undefined): Warn {
  const kinds = new Set<string>();
  const show = (kind: string, message: string) => {
    if (kinds.has(kind)) return;
    kinds.add(kind);
    console.warn(`Agent ${quote(agent)}: ${message} (further warnings of this kind are not shown)`);
  };
  return (kind, message, cause) => {
    if (onWarning === undefined) return show(kind, message);
    try {
      onWarning(message, cause);
    } catch (thrown) {
      show("onWarning", `the option "onWarning" threw: ${reasonOf(thrown)}`);
    }
  };
}

/** Shape of an agent. Its models, steps, tools and limits are validated elsewhere. */
export const agentShape: option.OptionShape<AgentOptions> = {
  name: v.custom((value) => typeof value === "string" && value !== "", "expected a name"),
  llm: option.anything,
  start: option.anything,
  steps: option.anything,
  renamedSteps: option.anything,
  tools: option.anything,
  data: option.schema,
  context: option.schema,
  system: v.optional(option.textOrFunction),
  persona: v.optional(option.textOrFunction),
  reasoning: option.flag,
  history: option.anything,
  maxErrors: option.wholeNumber(0),
  maxIterations: option.wholeNumber(1),
  maxRepeats: option.repeats,
  maxDepth: option.wholeNumber(0),
  limits: option.anything,
  cost: option.callable,
  observers: v.optional(
    v.array(
      v.looseObject(
        { beginTurn: v.function("expected a function") },
        "expected an observer with beginTurn()",
      ),
      "expected a list of observers",
    ),
  ),
  timings: option.flag,
  onObserverError: option.callable,
  onWarning: option.callable,
  maxResultChars: option.wholeNumber(1),
  maxOutputChars: option.wholeNumber(1),
  migrateResult: option.callable,
  migrateData: option.callable,
  maxExamples: option.wholeNumber(0),
  exampleThreshold: option.optionalNumber(
    "expected a number from 0 to 1",
    (value) => value >= 0 && value <= 1,
  ),
  exampleSimilarity: option.callable,
  clock: option.callable,
  ids: option.callable,
  schemaCache: v.optional(
    v.custom((value) => value instanceof SchemaCache, "expected a SchemaCache"),
  ),
};

/**
 * Reads the option `llm`.
 *
 * @param attempt Start of the message: `Cannot build agent "barista"`.
 * @param known Models that it replaces: all of them, or those that it names. Default: none.
 */
export function readModels(
  llm: unknown,
  attempt: string,
  known?: ReadonlyMap<string, LLM>,
): ReadonlyMap<string, LLM> {
  const names = [...known?.keys() ?? ["default"]];
  if (!option.isRecord(llm)) {
    throw new ConfigError(
      `${attempt}: "llm" is ${
        quote(llm)
      }: expected an LLM, such as that of openai(), or an object ` +
        "of LLMs with one named default",
    );
  }
  const given = typeof llm.decide === "function"
    ? names.map((id) => [id, llm as unknown as LLM] as const)
    : Object.entries(llm) as [string, LLM][];
  for (const [id, model] of given) {
    if (known !== undefined && !known.has(id)) {
      throw new ConfigError(
        `${attempt}: unknown model ${quote(id)}: expected ${option.oneOf(names)}`,
      );
    }
    if (!isModel(model)) {
      throw new ConfigError(
        `${attempt}: model ${quote(id)} is not an LLM: expected an object with a name and decide()`,
      );
    }
  }
  const models = new Map([...known ?? [], ...given]);
  if (!models.has("default")) {
    throw new ConfigError(
      `${attempt}: "llm" has no model named "default": ` +
        "expected an LLM, or an object of LLMs with one named default",
    );
  }
  return models;
}

/** Returns all models that an agent may call, also those that write summaries. */
export function listModels(models: ReadonlyMap<string, LLM>, { steps }: Graph): readonly LLM[] {
  const writers = [...steps.values()].map(({ history }) => history.summarize);
  return [...models.values(), ...writers.filter(isModel)];
}

/** Builds the decision schema of each step, to report the schemas that its model does not accept. */
export function checkSchemas(name: string, { steps }: Graph, schemaCache: SchemaCache): void {
  const problems: GraphProblem[] = [];
  for (const step of steps.values()) {
    const problem = findSchemaProblem(step, schemaCache);
    if (problem !== undefined) problems.push({ path: `steps.${step.id}`, message: problem });
  }
  if (problems.length > 0) throw new GraphError(name, problems);
}

/** Way out of a schema that the profile of a model refuses. */
const PROFILE_HINT = "If the model accepts more, set its schemaProfile: an option of openai(), " +
  "aiSdk() and MockLLM, a property of any other model";

function findSchemaProblem(step: Step, schemaCache: SchemaCache): string | undefined {
  const { wholeOffer } = step;
  try {
    const shape = () => buildShape(step, wholeOffer);
    const { excess } = findSchema(schemaCache, step.schemas, wholeOffer.key, shape);
    return excess &&
      `the schema of its decisions is too large for ${step.llm.name}: ${excess}. ${PROFILE_HINT}`;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${error.message} (for ${step.llm.name}). ${PROFILE_HINT}`;
  }
}
