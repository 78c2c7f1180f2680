/**
 * Scenario to profile: sessions of three turns with a small agent.
 *
 * @module
 */

import * as v from "valibot";
import {
  Agent,
  decide,
  type LLM,
  MockLLM,
  SchemaCache,
  type Session,
  type StandardSchema,
  Tool,
} from "../../mod.ts";
import { coreOf } from "../../src/agent/build_core.ts";
import { buildOfferFields } from "../../src/graph/graph.ts";
import { createSession } from "../../src/session/create_session.ts";
import type { AgentCore } from "../../src/turn/agent_core.ts";

/** Schema library of the tools' arguments. */
type SchemaLibrary = "valibot" | "zod";

/** Setting of a scenario. */
export interface ScenarioSetting {
  /** Library of the tools' schemas. `@default {"valibot"}` */
  readonly library?: SchemaLibrary;
  /** Number of tools of the first step. */
  readonly tools: number;
  /** Number of sessions. */
  readonly iterations: number;
  /** True if decision schemas are cached. */
  readonly cache: boolean;
  /** True if the mock model validates its decisions. */
  readonly validate: boolean;
  /** True if every session has new tools. */
  readonly freshTools: boolean;
}

/** Figures of a run. */
export interface ScenarioFigures {
  /** Number of decisions. */
  readonly decisions: number;
  /** Number of decision schemas that were built, including those of the agent. */
  readonly schemasBuilt: number;
  /** Number of decision schemas that were found in the cache. */
  readonly cacheHits: number;
}

/** Scenario with its agent. */
export interface Scenario {
  /** Setting of the scenario. */
  readonly setting: ScenarioSetting;
  /** Core of the agent. */
  readonly core: AgentCore;
  /** Model of the agent. */
  readonly llm: MockLLM;
  /** Cache of decision schemas. */
  readonly schemaCache: SchemaCache;
  /** Number of decision schemas that the agent built for its steps. */
  readonly agentSchemas: number;
  /** Makes the schema of a tool's arguments. */
  readonly makeArgs: () => ArgsSchema;
}

/** Decisions of a session. */
const DECISIONS = [
  decide.respond("ok"),
  decide.call("test_tool", { arg0: "a" }),
  decide.move("end"),
] as const;

/** Builds the agent of a scenario, which is not part of what is measured. */
export async function buildScenario(setting: ScenarioSetting): Promise<Scenario> {
  let decisions = 0;
  const llm = new MockLLM([() => DECISIONS[decisions++ % DECISIONS.length]!], {
    whenDone: "repeat",
    validate: setting.validate,
  });
  const schemaCache = new SchemaCache({ enabled: setting.cache });
  const makeArgs = setting.library === "zod" ? await loadZodArgs() : makeValibotArgs;
  const core = coreOf(profileAgent(llm, setting.tools, schemaCache, makeArgs))!;
  return { setting, core, llm, schemaCache, agentSchemas: schemaCache.built, makeArgs };
}

/** Plays a scenario: some sessions, each with new tools if the setting says so. */
export async function runScenario(
  { setting, core, llm, schemaCache, agentSchemas, makeArgs }: Scenario,
  iterations: number,
): Promise<ScenarioFigures> {
  const { built, hits } = schemaCache;
  for (let iteration = 0; iteration < iterations; iteration++) {
    await playSession(createSession(setting.freshTools ? renewTools(core, makeArgs) : core));
    llm.requests.length = 0;
  }
  return {
    decisions: iterations * DECISIONS.length,
    schemasBuilt: agentSchemas + schemaCache.built - built,
    cacheHits: schemaCache.hits - hits,
  };
}

/**
 * Runs a scenario again and again until some time has passed, at least once.
 *
 * @param milliseconds Minimum duration. Default: one run.
 * @returns The number of runs, and the figures of the last.
 */
export async function repeatScenario(
  scenario: Scenario,
  iterations: number,
  milliseconds = 0,
): Promise<{ readonly repetitions: number; readonly figures: ScenarioFigures }> {
  const end = performance.now() + milliseconds;
  for (let repetitions = 1;; repetitions++) {
    const figures = await runScenario(scenario, iterations);
    if (performance.now() >= end) return { repetitions, figures };
  }
}

/** Plays a session of three turns, each of one decision: a response, a tool call and a move. */
export async function playSession(session: Session): Promise<void> {
  await session.next("hello");
  await session.next("use the tool", { stopAfter: "tool" });
  await session.next("go on", { stopAfter: "move" });
}

/**
 * Makes the agent `profile_agent`, which has a step `start` with the given number of tools
 * and a route to the step `end`.
 */
export function profileAgent(
  llm: LLM,
  tools: number,
  schemaCache: SchemaCache,
  makeArgs: () => ArgsSchema = makeValibotArgs,
): Agent {
  const names = Array.from(
    { length: tools },
    (_, index) => index === 0 ? "test_tool" : `test_tool_${index}`,
  );
  return new Agent({
    name: "profile_agent",
    llm,
    schemaCache,
    start: "start",
    steps: {
      start: { description: "Start", tools: makeTools(names, makeArgs), routes: { end: "done" } },
      end: { description: "End" },
    },
  });
}

/** Returns the core with new tools in its first step, and no schema or message made for it yet. */
function renewTools(core: AgentCore, makeArgs: () => ArgsSchema): AgentCore {
  const { start, steps } = core.graph;
  const step = steps.get(start)!;
  const tools = makeTools(step.tools.map(({ name }) => name), makeArgs);
  const renewed = { ...step, tools, ...buildOfferFields(step.routes, tools) };
  return { ...core, graph: { ...core.graph, steps: new Map(steps).set(start, renewed) } };
}

type ArgsSchema = StandardSchema<unknown, { arg0: string }>;

function makeValibotArgs(): ArgsSchema {
  return v.object({ arg0: v.string() });
}

/** Imports zod lazily, because other scenarios must not load it. */
async function loadZodArgs(): Promise<() => ArgsSchema> {
  const { z } = await import("zod");
  return () => z.object({ arg0: z.string() });
}

function makeTools(names: readonly string[], makeArgs: () => ArgsSchema) {
  return names.map((name) =>
    new Tool({
      name,
      description: "A tool for the profile",
      args: makeArgs(),
      run: ({ arg0 }) => arg0,
    })
  );
}
