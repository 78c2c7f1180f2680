/**
 * The core of an agent, shared by its sessions, and the replacement of its models.
 *
 * @module
 */
import type { CostOf } from "../cost/call_usage.ts";
import type { Limits } from "../cost/limits.ts";
import { changeSteps, type Graph } from "../graph/graph.ts";
import { isModel } from "../graph/history_options.ts";
import type { ChangedAgent, MigrateData } from "../history/migrations.ts";
import type { LLM } from "../llm/llm.ts";
import type { ExampleSettings } from "../prompt/examples.ts";
import type { StandingOptions } from "../prompt/standing_text.ts";
import { profileOf } from "../schema/profiles/openai_strict.ts";
import type { SchemaCache } from "../schema/schema_cache.ts";
import type { Observer, OnObserverError, Warn } from "./observer.ts";
import type { TurnLimits } from "./plan.ts";

/** Validated, immutable settings of an agent. */
export interface AgentCore extends ChangedAgent {
  readonly name: string;
  readonly graph: Graph;
  /** LLMs by name, among them `default`. */
  readonly models: ReadonlyMap<string, LLM>;
  /** Texts of the first message of every request. */
  readonly standing: StandingOptions;
  readonly examples: ExampleSettings;
  readonly limits: TurnLimits;
  /** Maximum number of levels of child sessions below a session. */
  readonly maxDepth: number;
  /** Limits of the usage of turns and sessions; a session may have its own. */
  readonly usageLimits: Limits;
  /** Returns the price of a model call; undefined if prices are not known. */
  readonly cost: CostOf | undefined;
  /** True if events of model calls have their times and the size of their requests. */
  readonly timings: boolean;
  /** Observers of every turn. */
  readonly observers: readonly Observer[];
  /** Called with the failure of an observer. */
  readonly onObserverError: OnObserverError;
  /** Warns the author of a problem that stops no turn. */
  readonly warn: Warn;
  /** Maximum length of a tool result, in characters; a longer one is cut. */
  readonly maxResultChars: number;
  /** Maximum length of a model's output and of a serialized result, in characters. */
  readonly maxOutputChars: number;
  /** Converts data that older releases of the agent stored. */
  readonly migrateData: MigrateData | undefined;
  readonly schemaCache: SchemaCache;
  /** Loads the module `compaction.ts`, whose type would lead back to this one. */
  readonly loadCompaction: () => Promise<object>;
  /** Returns the current time, in milliseconds since 1970. */
  readonly clock: () => number;
  /** Returns a new, unique id for a session. */
  readonly ids: () => string;
}

/**
 * Returns a core with another model in each place that holds one.
 *
 * @param modelFor Returns the model that replaces `own`. `name` is its name among the models of the
 *   agent; undefined if it only writes summaries.
 */
export function replaceModels(
  core: AgentCore,
  modelFor: (own: LLM, name: string | undefined) => LLM,
): AgentCore {
  const graph = changeSteps(core.graph, ({ llm: own, model, schemas, history }) => {
    const llm = modelFor(own, model);
    const { summarize } = history;
    return {
      llm,
      schemas: haveEqualProfiles(own, llm) ? schemas : new Map(),
      history: isModel(summarize)
        ? { ...history, summarize: modelFor(summarize, undefined) }
        : history,
    };
  });
  const models = [...core.models].map(([name, own]) => [name, modelFor(own, name)] as const);
  const embedder = modelFor(core.examples.embedder, "default");
  return { ...core, graph, models: new Map(models), examples: { ...core.examples, embedder } };
}

function haveEqualProfiles(one: LLM, other: LLM): boolean {
  return JSON.stringify(profileOf(one)) === JSON.stringify(profileOf(other));
}
