/**
 * Models that play the agent and the user of a test.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import type { LLM } from "../../llm/llm.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import { cassette, type CassetteLLM, replay } from "../../testing/cassette/cassette.ts";
import type { ScenarioUser } from "../../testing/scenario/scenario_people.ts";
import { simulatedUser } from "../../testing/scenario/simulated_user.ts";
import { toDecision } from "../conversation/script_entry.ts";
import type { GivenModels } from "../model/load_models.ts";
import type { ConversationTestConfig, UnitTestConfig } from "./test_config.ts";
import type { YamlTestOptions } from "./test_options.ts";
import type { TestedAgent } from "./tested_agent.ts";

/** Test of a file, with the parts that it is played with. */
export interface FileTest {
  /** Name and place, for messages. */
  readonly title: string;
  /** Content of the test. */
  readonly test: UnitTestConfig | ConversationTestConfig;
  /** Path of the file of tests. */
  readonly file: string;
  /** Agent. */
  readonly agent: TestedAgent;
  /** Loads the main model of the file of tests, or else of the agent, which judges and plays users. */
  loadJudge(): Promise<LLM>;
}

/** Options of a test that is played. */
export type PlayOptions = {
  readonly [Key in "llm" | "judge" | "approvals" | "env"]: YamlTestOptions[Key] | undefined;
};

/** Returns true if an option is a model, not the word for those of the files. */
export function isModel(option: LLM | "real" | undefined): option is LLM {
  return typeof option === "object";
}

/** Models that play the agent in a test. */
interface Player {
  /** Models; undefined if those of the agent play. */
  readonly models?: GivenModels;
  /** Asserts that the whole script or tape was played. */
  assertDone(): void;
}

/** Creates the models that play the agent. */
export async function createPlayer(planned: FileTest, options: PlayOptions): Promise<Player> {
  const { test: { script, tape }, file, agent } = planned;
  if (script !== undefined) {
    const mock = new MockLLM(script.map(toDecision));
    const models = await agent.createPlayedModels(mock);
    return { models, assertDone: () => mock.assertDone() };
  }
  if (tape !== undefined) {
    const models = await openTape(resolve(dirname(file), tape), agent, options);
    return { models, assertDone: () => models.assertDone() };
  }
  return { ...isModel(options.llm) && { models: options.llm }, assertDone: () => {} };
}

/** Opens a cassette: to replay it, or to record it if a model is allowed and `CASSETTE` says so. */
async function openTape(
  path: string,
  agent: TestedAgent,
  { llm, env }: PlayOptions,
): Promise<CassetteLLM> {
  if (llm === undefined) return replay(path);
  const model = isModel(llm) ? llm : await agent.loadMainModel();
  return cassette(model, path, env && { environment: env });
}

/** Creates the user of a test, and the maximum number of their inputs. */
export async function createUser(
  test: UnitTestConfig | ConversationTestConfig,
  hasPast: boolean,
  readModel: () => Promise<LLM>,
): Promise<{ readonly user: ScenarioUser; readonly maxTurns?: number }> {
  if ("input" in test) return { user: [test.input] };
  const { user, scenario, max_steps = 10 } = test;
  if (user !== undefined) return { user };
  const play = simulatedUser(await readModel(), { goal: scenario! });
  if (hasPast) return { user: play, maxTurns: max_steps };
  // The agent speaks first, as in Nomos.
  let hasBegun = false;
  return {
    user: (conversation) => {
      if (hasBegun) return play(conversation);
      hasBegun = true;
      return "";
    },
    maxTurns: max_steps + 1,
  };
}
