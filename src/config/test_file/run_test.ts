/**
 * Playing one test of a file.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { decide, type Decision } from "../../decision/decision.ts";
import type { LLM } from "../../llm/llm.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import { cassette, replay } from "../../testing/cassette/cassette.ts";
import { repeat } from "../../testing/repeat/repeat.ts";
import { assertScenario } from "../../testing/scenario/scenario.ts";
import type { ScenarioUser } from "../../testing/scenario/scenario_people.ts";
import type { ScenarioPast } from "../../testing/scenario/scenario_start.ts";
import { simulatedUser } from "../../testing/scenario/simulated_user.ts";
import type { AgentConfig } from "../agent_config.ts";
import { loadAgent } from "../load_agent.ts";
import { loadModels } from "../load_models.ts";
import { ConfigFileError, type ConfigProblem } from "../problem.ts";
import type { ConfigFile } from "../read_config.ts";
import type { Source } from "../source.ts";
import { readProcessVariable, Variables } from "../variables.ts";
import { checkEnding, type Checks, createChecks, createExpectation } from "./test_checks.ts";
import type {
  ConversationTestConfig,
  ScriptEntryConfig,
  TestContextConfig,
  UnitTestConfig,
} from "./test_config.ts";
import type { YamlTestOptions } from "./test_options.ts";

/** Models of a file, with the places of its values. */
export interface FileModels {
  /** Parsed file. */
  readonly source: Source;
  /** Its models. */
  readonly llm: AgentConfig["llm"];
}

/** Test of a file, with the parts that it is played with. */
export interface FileTest {
  /** Name and place, for messages. */
  readonly title: string;
  /** Content of the test. */
  readonly test: UnitTestConfig | ConversationTestConfig;
  /** Path of the file of tests. */
  readonly file: string;
  /** File of the agent. */
  readonly agent: Pick<ConfigFile, "path" | "text">;
  /** Models of the agent. */
  readonly agentModels: FileModels;
  /** Models that judge, if the file of tests or that of the agent names one. */
  readonly judgeModels: FileModels;
}

/**
 * Plays a test as often as it says.
 *
 * @throws {ScenarioError} if a check failed.
 * @throws {PassRateError} if too few runs passed.
 */
export async function runTest(planned: FileTest, options: YamlTestOptions): Promise<void> {
  const { runs, passes = runs } = planned.test;
  if (runs === 1) return await playTest(planned, options);
  const repetition = await repeat(runs, () => playTest(planned, options));
  repetition.assertPassRate({ atLeast: passes / runs });
}

async function playTest(planned: FileTest, options: YamlTestOptions): Promise<void> {
  const { title: goal, test } = planned;
  const { agent: _, judge, approvals, llm: __, ...others } = options;
  const { script, check = {}, expectation, context } = test;
  const readJudge = async () =>
    isModel(judge) ? judge : await loadModel(planned.judgeModels, options);
  const player = script === undefined
    ? await createPlayer(planned, options)
    : new MockLLM(script.map(toDecision));
  const agent = await loadAgent(planned.agent, {
    ...others,
    ...player !== undefined && { llm: player },
  });
  const past = listPast(context);
  const scenario = "input" in test ? undefined : test.scenario;
  const checks: Checks = {
    ending: checkEnding,
    ...createChecks(check),
    ...expectation !== undefined && createExpectation(await readJudge(), expectation, {
      isRefused: "input" in test && test.invalid,
      goal: scenario,
    }),
  };
  await assertScenario({
    agent,
    goal,
    past,
    ...context?.current_step_id !== undefined && { step: context.current_step_id },
    ...context?.data !== undefined && { data: context.data },
    ...approvals !== undefined && { approvals },
    ...await createUser(test, past.length > 0, readJudge),
    checks,
  });
  if (player !== undefined && "assertDone" in player) (player as MockLLM).assertDone();
}

/** Returns true if an option is a model, not the word for those of the files. */
function isModel(option: LLM | "real" | undefined): option is LLM {
  return typeof option === "object";
}

/** Creates the model of a test without a script; undefined if those of the agent's file play. */
async function createPlayer(
  { test: { tape }, file, agentModels }: FileTest,
  options: YamlTestOptions,
): Promise<LLM | undefined> {
  const { llm, env: environment } = options;
  if (tape === undefined) return isModel(llm) ? llm : undefined;
  const path = resolve(dirname(file), tape);
  if (llm === undefined) return replay(path);
  const model = isModel(llm) ? llm : await loadModel(agentModels, options);
  return cassette(model, path, environment && { environment });
}

/** Loads the main model of a file. */
async function loadModel(
  { source, llm }: FileModels,
  { env = readProcessVariable }: YamlTestOptions,
): Promise<LLM> {
  const problems: ConfigProblem[] = [];
  const variables = new Variables(env);
  const report = (...[path, problem]: Parameters<Source["locate"]>) => {
    const located = source.locate(path, problem);
    problems.push({ ...located, message: variables.redact(located.message) });
  };
  const config = variables.expand({ ...llm !== undefined && { llm } }, report);
  const { default: model } = await loadModels(
    { report, warn: () => {} },
    config,
    undefined,
    (name) => variables.get(name),
  );
  if (model === undefined || problems.length > 0) throw new ConfigFileError(problems);
  return model;
}

/** Creates the user of a test, and the maximum number of their inputs. */
async function createUser(
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

function listPast({ history = [] }: Partial<TestContextConfig> = {}): ScenarioPast[] {
  return history.flatMap((item): ScenarioPast[] => {
    if (item.type === "step_identifier") return [{ step: item.step_id }];
    // Tests with a summary are skipped.
    if (item.type === "summary") return [];
    const by = item.role.toLowerCase() === "user" ? "user" : "agent";
    return [{ by, text: item.content }];
  });
}

function toDecision(entry: ScriptEntryConfig): Decision {
  const { respond, suggestions, call, calls, move, end, args } = entry;
  if (call !== undefined) return decide.call(call, args);
  if (calls !== undefined) {
    return decide.calls(calls.map(({ call: tool, args = {} }) => ({ tool, args })));
  }
  if (move !== undefined) return decide.move(move);
  if (end !== undefined) return decide.end(typeof end === "string" ? end : undefined);
  return decide.respond(respond, suggestions && { suggestions });
}
