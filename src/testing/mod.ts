/**
 * Proof about an agent before a model has seen it: walk every path, play every
 * decision, record once and replay for ever.
 *
 * | what | for |
 * | --- | --- |
 * | {@linkcode explore} | every step, route, tool outcome, guard and approval, with checks on each path |
 * | {@linkcode fuzz} | legal decisions mixed with a hostile world; failing cases become tests |
 * | {@linkcode cassette} | a real model recorded once, replayed without a network |
 * | {@linkcode replaySession} | a recorded session played again with a changed agent, prompt or model |
 * | {@linkcode scenario} | a whole conversation with a scripted or simulated user, judged |
 * | {@linkcode trajectoryOf} | assertions on what an agent did, that fail with the transcript |
 * | {@linkcode repeat} | how often a test passes that does not always, with its confidence |
 * | {@linkcode ManualClock} | time that passes when the test says so, for retries and timeouts |
 * | {@linkcode requestSnapshot} | what would be sent, as text for `t.assertSnapshot` |
 * | {@linkcode forbidRealModels} | no real model by accident |
 * | {@linkcode storeContract} | the checks that a store of your own must pass |
 *
 * `MockLLM.auto()` of the core plays a whole agent by itself.
 *
 * @module
 */
export { explore } from "./explore/explore.ts";
export type { ExploreOptions } from "./explore/explore.ts";
export { Exploration, ExplorationError } from "./explore/exploration.ts";
export type { ExploredPath, ExploredVerdict, MissedTarget } from "./explore/exploration.ts";
export type { CheckName, PathProblem } from "./explore/path_checks.ts";
export type { SampleOptions } from "./explore/sampled_values.ts";
export { describeTarget } from "./explore/target.ts";
export type { Target, ToolOutcome } from "./explore/target.ts";
export { cassette, record, replay } from "./cassette/cassette.ts";
export type { CassetteLLM, CassetteOptions, RedactOptions } from "./cassette/cassette.ts";
export { CassetteError, CassetteMissError } from "./cassette/cassette_error.ts";
export { fuzz, FuzzError } from "./fuzz/fuzz.ts";
export type { FuzzOptions } from "./fuzz/fuzz.ts";
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
export { requestSnapshot, schemaOutline } from "./snapshot.ts";
export type { Recording } from "./replay/recording.ts";
export { ReplayError } from "./replay/replay_difference.ts";
export type { ReplayDifference } from "./replay/replay_difference.ts";
export { assertReplays, replayDifferences, replaySession } from "./replay/replay_session.ts";
export type { ReplayOptions } from "./replay/replay_session.ts";
export type { Check, CheckOutcome, Verdict } from "./scenario/check.ts";
export type { Conversation, ConversationMessage } from "./scenario/conversation.ts";
export { judge, JudgeError } from "./scenario/judge.ts";
export type { Judge, JudgeOptions, JudgeVerdict } from "./scenario/judge.ts";
export type { Confidence, RateInterval } from "./repeat/pass_rate.ts";
export type { PlayedScenario, ScenarioEnding } from "./scenario/played_scenario.ts";
export { allowRealModels, forbidRealModels } from "./real_models.ts";
export { FailedRunError, repeat } from "./repeat/repeat.ts";
export type { RepeatOptions } from "./repeat/repeat.ts";
export { PassRateError, Repetition } from "./repeat/repetition.ts";
export type { PassRateExpectation, RunFailure } from "./repeat/repetition.ts";
export { assertScenario, scenario } from "./scenario/scenario.ts";
export type { ScenarioOptions, ScenarioParts } from "./scenario/scenario.ts";
export type { ScenarioApprovals } from "./scenario/scenario_approvals.ts";
export { ScenarioError, ScenarioResult } from "./scenario/scenario_result.ts";
export type { ScenarioUser, UserInput } from "./scenario/scenario_user.ts";
export { simulatedUser, SimulatedUserError } from "./scenario/simulated_user.ts";
export type { SimulatedUserOptions } from "./scenario/simulated_user.ts";
export { storeContract } from "./store_contract/store_contract.ts";
export type { StoreCheck, StoreContractOptions } from "./store_contract/store_contract.ts";
export { StoreContractError } from "./store_contract/store_contract_error.ts";
export { Trajectory, trajectoryOf } from "./trajectory/trajectory.ts";
export type { TrajectoryAssertions } from "./trajectory/trajectory.ts";
export { TrajectoryError } from "./trajectory/trajectory_error.ts";
export type { TrajectorySource } from "./trajectory/trajectory_source.ts";
export type {
  AnsweredStep,
  AnswerMatch,
  ApprovedStep,
  ArgsMatch,
  AskedStep,
  CalledStep,
  DeniedStep,
  EndedStep,
  MovedStep,
  SettledStep,
  TrajectoryStep,
} from "./trajectory/trajectory_step.ts";
export { transcriptText } from "./trajectory/transcript_text.ts";
export type { TranscriptOptions } from "./trajectory/transcript_text.ts";
