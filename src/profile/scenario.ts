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
  type StandardSchema,
  Tool,
} from "../../mod.ts";

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
  /** True if every session has a new agent with new tools. */
  readonly freshTools: boolean;
}

/** Figures of a run. */
export interface ScenarioFigures {
  /** Number of decisions. */
  readonly decisions: number;
  /** Number of decision schemas that were built. */
  readonly schemasBuilt: number;
  /** Number of decision schemas that were found in the cache. */
  readonly cacheHits: number;
}

/**
 * Plays a scenario: makes an agent, and plays a session in every iteration.
 */
export async function runScenario(setting: ScenarioSetting): Promise<ScenarioFigures> {
  const script = [
    decide.respond("ok"),
    decide.call("test_tool", { arg0: "a" }),
    decide.move("end"),
  ] as const;
  let decisions = 0;
  const llm = new MockLLM([() => script[decisions++ % 3]!], {
    whenDone: "repeat",
    validate: setting.validate,
  });
  const schemaCache = new SchemaCache({ enabled: setting.cache });
  const makeArgs = setting.library === "zod" ? await loadZodArgs() : makeValibotArgs;
  const makeAgent = () => profileAgent(llm, setting.tools, schemaCache, makeArgs);
  let agent = makeAgent();
  for (let iteration = 0; iteration < setting.iterations; iteration++) {
    if (setting.freshTools && iteration > 0) agent = makeAgent();
    await playSession(agent);
    llm.requests.length = 0;
  }
  return { decisions, schemasBuilt: schemaCache.built, cacheHits: schemaCache.hits };
}

/** Plays a session of three turns, each of one decision: a response, a tool call and a move. */
export async function playSession(agent: Agent): Promise<void> {
  const session = agent.createSession();
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
  return new Agent({
    name: "profile_agent",
    llm,
    schemaCache,
    start: "start",
    steps: {
      start: { description: "Start", tools: makeTools(tools, makeArgs), routes: { end: "done" } },
      end: { description: "End" },
    },
  });
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

function makeTools(count: number, makeArgs: () => ArgsSchema) {
  return Array.from({ length: count }, (_, index) =>
    new Tool({
      name: index === 0 ? "test_tool" : `test_tool_${index}`,
      description: "A tool for the profile",
      args: makeArgs(),
      run: ({ arg0 }) => arg0,
    }));
}
