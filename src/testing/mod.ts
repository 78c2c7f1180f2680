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
export type { Check, CheckOutcome, Verdict } from "./scenario/check.ts";
export type {
  Conversation,
  ConversationMessage,
  PlayedScenario,
  ScenarioEnding,
} from "./scenario/conversation.ts";
export { judge, JudgeError } from "./scenario/judge.ts";
export type { Judge, JudgeOptions, JudgeVerdict } from "./scenario/judge.ts";
export { assertScenario, scenario } from "./scenario/scenario.ts";
export type { ScenarioOptions, ScenarioParts } from "./scenario/scenario.ts";
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
