/**
 * Replacing some options of an agent.
 *
 * @module
 */
import * as v from "valibot";
import type { CostOf } from "../cost/call_usage.ts";
import { checkLimits, type Limits, withDefaultLimits } from "../cost/limits.ts";
import { GraphError, quote } from "../errors.ts";
import { CANNOT_EMBED } from "../graph/build_graph.ts";
import { isModel } from "../graph/history_options.ts";
import type { LLM } from "../llm/llm.ts";
import * as option from "../schema/option_shape.ts";
import { type AgentCore, replaceModels } from "../turn/agent_core.ts";
import type { Observer } from "../turn/observer.ts";
import { agentShape, checkSchemas, listModels, readModels, reportFailures } from "./build_core.ts";

/**
 * Options of an agent that `agent.with()` replaces; others stay as they are. The changed agent
 * shares the steps, and the decision schemas of models with an equal profile. A session of one
 * agent can continue with the other, through its state or its store. Agents that are tools keep
 * their own options.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const played = agent.with({ llm: new MockLLM([decide.respond("Bonjour")]), observers: [] });
 * assertEquals((await played.next("Hi")).response, "Bonjour");
 * assertEquals((await agent.next("Hi")).response, "Hello");
 * ```
 */
export interface AgentChanges {
  /**
   * An LLM that replaces all models of the agent, also those that embed examples and write
   * summaries; or LLMs by name, each of which replaces the model with that name. Default: the
   * agent's models.
   */
  readonly llm?: LLM | Readonly<Record<string, LLM>>;
  /**
   * Observers of every turn, in place of the agent's; none if the list is empty. Default: the
   * agent's.
   */
  readonly observers?: readonly Observer[];
  /** Returns the price of a model call. Default: the agent's `cost`. */
  readonly cost?: CostOf;
  /** Limits of turns and sessions, in place of all of the agent's. Default: the agent's. */
  readonly limits?: Limits;
  /** Returns the current time, in milliseconds since 1970. Default: the agent's `clock`. */
  readonly clock?: () => number;
}

const { observers, cost, limits, clock } = agentShape;
const shape: option.OptionShape<AgentChanges> = {
  llm: v.optional(v.custom(option.isRecord, "expected an LLM, or an object of LLMs by name")),
  observers,
  cost,
  limits,
  clock,
};

/** Core of a changed agent, passed to the constructor of `Agent` in place of options. */
export class ChangedCore {
  constructor(readonly core: AgentCore) {}
}

/**
 * Returns the core with some options replaced.
 *
 * @throws {ConfigError} if an option is invalid.
 * @throws {GraphError} if a model does not accept the schema of a step, or cannot embed examples.
 */
export function changeCore(core: AgentCore, changes: AgentChanges): AgentCore {
  const attempt = `Cannot change agent ${quote(core.name)}`;
  option.checkOptions(shape, changes, attempt);
  const { llm, limits = core.usageLimits, cost, observers, clock } = changes;
  const changed = llm === undefined ? core : changeModels(core, llm, attempt);
  checkLimits(limits, cost ?? core.cost, attempt, listModels(changed.models, changed.graph));
  return {
    ...changed,
    usageLimits: withDefaultLimits(limits),
    ...(cost && { cost: reportFailures(cost, core.warn) }),
    ...(observers && { observers: observers.slice() }),
    ...(clock && { clock }),
  };
}

function changeModels(
  core: AgentCore,
  llm: NonNullable<AgentChanges["llm"]>,
  attempt: string,
): AgentCore {
  const models = readModels(llm, attempt, core.models);
  const changed = replaceModels(core, (own, name) => {
    if (name !== undefined) return models.get(name)!;
    return isModel(llm) ? llm : own;
  });
  const { graph, examples: { embedder, exampleSimilarity } } = changed;
  checkSchemas(core.name, graph, core.schemaCache);
  if (embedder.embed === undefined && exampleSimilarity === undefined) {
    const problems = [...graph.steps.values()]
      .filter(({ examples }) => examples.some(({ show }) => show === "similar"))
      .map(({ id }) => ({ path: `steps.${id}.examples`, message: CANNOT_EMBED }));
    if (problems.length > 0) throw new GraphError(core.name, problems);
  }
  return changed;
}
