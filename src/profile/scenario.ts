/**
 * The scenarios that are profiled: three turns of a small agent, on a step with
 * one tool or with twenty.
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

/** A schema library that the arguments of the tools are written in. */
export type SchemaLibrary = "valibot" | "zod";

/** What is played. */
export interface ScenarioSetting {
  /** The library of the tools' schemas. `@default {"valibot"}` */
  readonly library?: SchemaLibrary;
  /** How many tools the first step has. */
  readonly tools: number;
  /** How many sessions are played. */
  readonly iterations: number;
  /** Whether schemas are found again. */
  readonly cache: boolean;
  /** Whether the mock model validates what it plays. */
  readonly validate: boolean;
  /** Whether tools and agent are made anew for every session. */
  readonly freshTools: boolean;
}

/** What happened in a run. */
export interface ScenarioFigures {
  /** How many decisions the model made. */
  readonly decisions: number;
  /** How many decision schemas were built. */
  readonly schemasBuilt: number;
  /** How often a schema was found again. */
  readonly cacheHits: number;
}

/**
 * Plays a scenario: makes the agent, and then for every iteration a new session
 * with three turns: a response, a tool call, a move.
 *
 * @param setting What is played.
 * @returns What happened.
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
  const argsOf = setting.library === "zod" ? await zodArgs() : valibotArgs;
  const makeAgent = () => profileAgent(llm, setting.tools, schemaCache, argsOf);
  let agent = makeAgent();
  for (let iteration = 0; iteration < setting.iterations; iteration++) {
    if (setting.freshTools && iteration > 0) agent = makeAgent();
    const session = agent.createSession();
    await session.next("hello");
    await session.next("use the tool", { stopAfter: "tool" });
    await session.next("go on", { stopAfter: "move" });
    llm.requests.length = 0;
  }
  return { decisions, schemasBuilt: schemaCache.built, cacheHits: schemaCache.hits };
}

/**
 * The agent `profile_agent`: a step `start` with so many tools and a route to
 * the step `end`.
 */
export function profileAgent(
  llm: LLM,
  tools: number,
  schemaCache: SchemaCache,
  argsOf: () => ArgsSchema = valibotArgs,
): Agent {
  return new Agent({
    name: "profile_agent",
    llm,
    schemaCache,
    start: "start",
    steps: {
      start: { description: "Start", tools: makeTools(tools, argsOf), routes: { end: "done" } },
      end: { description: "End" },
    },
  });
}

type ArgsSchema = StandardSchema<unknown, { arg0: string }>;

function valibotArgs(): ArgsSchema {
  return v.object({ arg0: v.string() });
}

/** Loads zod only for a scenario that uses it. */
async function zodArgs(): Promise<() => ArgsSchema> {
  const { z } = await import("zod");
  return () => z.object({ arg0: z.string() });
}

function makeTools(count: number, argsOf: () => ArgsSchema) {
  return Array.from({ length: count }, (_, index) =>
    new Tool({
      name: index === 0 ? "test_tool" : `test_tool_${index}`,
      description: "A tool for the profile",
      args: argsOf(),
      run: ({ arg0 }) => arg0,
    }));
}
