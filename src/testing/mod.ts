/**
 * Test kit for agents, without a network: scripted and simulated conversations, every path of the
 * graph, malformed outputs, and recordings of real models.
 *
 * | name | use |
 * | --- | --- |
 * | {@linkcode explore} | play every step, route, guard, approval and tool outcome, and check each path |
 * | {@linkcode fuzz} | mix legal decisions with malformed outputs, failing tools, aborts and crashes |
 * | {@linkcode scenario} | play a whole conversation with a scripted or simulated user, and check it |
 * | {@linkcode trajectoryOf} | assert which tools were called, and which steps were visited |
 * | {@linkcode judge} | score a conversation with a model |
 * | {@linkcode assertSays} | assert in one line what a turn says, judged by a model |
 * | {@linkcode repeat} | measure the pass rate of a test that depends on a model |
 * | {@linkcode cassette} | record a real model once, and replay it without a network |
 * | {@linkcode replaySession} | replay a recorded session with a changed agent, prompt or model |
 * | {@linkcode requestSnapshot} | compare the prompt and its schema with a snapshot |
 * | {@linkcode ManualClock} | control the time of retries and timeouts |
 * | {@linkcode forbidRealModels} | make every call of a real model fail |
 * | {@linkcode storeContract} | test a store of your own |
 *
 * `MockLLM` of `@nomos/agent` plays scripted decisions; `yamlTests` of `@nomos/agent/config` runs
 * tests in YAML. Nothing here needs a permission, except that
 * cassettes read and write files, and read `CASSETTE` from the environment.
 *
 * @example Every path of an agent, and one conversation
 * ```ts
 * import { Agent, decide, type LLM, MockLLM } from "@nomos/agent";
 * import { assertScenario, explore, fuzz, trajectoryOf } from "@nomos/agent/testing";
 *
 * const createBarista = (llm: LLM) =>
 *   new Agent({
 *     name: "barista",
 *     llm,
 *     start: "greet",
 *     steps: {
 *       greet: { description: "Greet them", routes: { order: "they want to order" } },
 *       order: { description: "Take the order", routes: { greet: "they look again" } },
 *     },
 *   });
 *
 * Deno.test("barista has no dead end", async () => {
 *   (await explore(createBarista(new MockLLM()))).assertComplete();
 * });
 *
 * Deno.test("barista survives a hostile model", async () => {
 *   await fuzz(createBarista(new MockLLM()), { runs: 20 });
 * });
 *
 * Deno.test("barista takes an order", async () => {
 *   const script = [decide.move("order"), decide.respond("What size?"), decide.end("Coming up")];
 *   await assertScenario({
 *     agent: createBarista(new MockLLM(script)),
 *     goal: "Order a latte",
 *     user: ["A latte, please", "A large one"],
 *     checks: {
 *       "takes the order": (played) => trajectoryOf(played).moved("greet", "order").ended(),
 *     },
 *   });
 * });
 * ```
 *
 * @module
 */
export { cassette, record, replay } from "./cassette/cassette.ts";
export type { CassetteLLM, CassetteOptions, RedactOptions } from "./cassette/cassette.ts";
export { CassetteError, CassetteMissError } from "./cassette/cassette_error.ts";
export { Exploration, ExplorationError } from "./explore/exploration.ts";
export type { ExploredPath, ExploredVerdict, MissedTarget } from "./explore/exploration.ts";
export { explore, type ExploreOptions } from "./explore/explore.ts";
export { describeTarget, type Target } from "./explore/target.ts";
export { fuzz, FuzzError, type FuzzOptions } from "./fuzz/fuzz.ts";
export type {
  FuzzCase,
  FuzzOutput,
  FuzzTurn,
  FuzzVerdict,
  StreamBehaviour,
  ToolBehaviour,
} from "./fuzz/fuzz_case.ts";
export { playFuzzCase } from "./fuzz/play_case.ts";
export { ManualClock } from "./manual_clock.ts";
export type { ToolOutcome } from "./play/move.ts";
export type { CheckName, PathProblem } from "./play/path_checks.ts";
export type { SampleOptions } from "./play/sampled_values.ts";
export { allowRealModels, forbidRealModels } from "./real_models.ts";
export { FailedRunError, repeat, type RepeatOptions } from "./repeat/repeat.ts";
export { PassRateError, Repetition } from "./repeat/repetition.ts";
export type {
  Confidence,
  PassRateExpectation,
  RateInterval,
  RunFailure,
} from "./repeat/repetition.ts";
export { type ReplayDifference, ReplayError } from "./replay/replay_difference.ts";
export { assertReplays, replayDifferences, replaySession } from "./replay/replay_session.ts";
export type { Recording } from "./replay/replay_session.ts";
export type { ReplayOptions } from "./replay/replayer.ts";
export { assertSays } from "./scenario/assert_says.ts";
export type { Check, CheckOutcome, CheckVerdict } from "./check.ts";
export type {
  Conversation,
  ConversationMessage,
  PlayedScenario,
  ScenarioEnding,
} from "./conversation.ts";
export { judge, JudgeError } from "./scenario/judge.ts";
export type { Judge, JudgeOptions, JudgeVerdict } from "./scenario/judge.ts";
export type { ScenarioOptions, ScenarioParts } from "./scenario/play_scenario.ts";
export { assertScenario, scenario } from "./scenario/scenario.ts";
export type { ScenarioPast, ScenarioStart } from "./scenario/scenario_start.ts";
export { ScenarioError, ScenarioResult } from "./scenario/scenario_result.ts";
export type { ScenarioApprovals, ScenarioUser, UserInput } from "./scenario/scenario_people.ts";
export { simulatedUser, SimulatedUserError } from "./scenario/simulated_user.ts";
export type { SimulatedUserOptions } from "./scenario/simulated_user.ts";
export { requestSnapshot, schemaOutline } from "./snapshot.ts";
export { StoreContractError } from "./store_contract/expectations.ts";
export { type StoreCheck, storeContract } from "./store_contract/store_contract.ts";
export type { StoreContractOptions } from "./store_contract/trial.ts";
export { Trajectory, type TrajectoryAssertions, trajectoryOf } from "./trajectory/trajectory.ts";
export type { TrajectorySource } from "./trajectory/trajectory_source.ts";
export { TrajectoryError } from "./trajectory/trajectory_step.ts";
export type { AnswerMatch, ArgsMatch, TrajectoryStep } from "./trajectory/trajectory_step.ts";
export { type TranscriptOptions, transcriptText } from "./trajectory/transcript_text.ts";
