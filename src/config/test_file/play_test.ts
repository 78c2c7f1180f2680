/**
 * Playing a test of a file once.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { State } from "../../history/state.ts";
import { LLMError, MockLLMError } from "../../llm/llm_error.ts";
import { genaiPrices } from "../../prices/mod.ts";
import type { Session } from "../../session/session.ts";
import { CassetteError } from "../../testing/cassette/cassette_error.ts";
import { playScenario } from "../../testing/scenario/play_scenario.ts";
import { describeOutcome, type ScenarioResult } from "../../testing/scenario/scenario_result.ts";
import type { ScenarioPast } from "../../testing/scenario/scenario_start.ts";
import { checkEnding, type Checks, createChecks, createExpectation } from "./test_checks.ts";
import type { TestContextConfig } from "./test_config.ts";
import {
  createPlayer,
  createUser,
  type FileTest,
  isModel,
  type PlayOptions,
} from "./test_players.ts";

/** Failure of a test. */
export interface TestFailure {
  /**
   * `check` if the test was played and a check failed, `unanswered` if a real model failed, `error`
   * if the test could not be played for another reason.
   */
  readonly kind: "check" | "error" | "unanswered";
  /** Reasons, in words. At least one. */
  readonly reasons: readonly string[];
  /** Error for a test runner. */
  readonly error: unknown;
}

/** One run of a test. */
export interface PlayedRun {
  /** Failure. Absent if it passed. */
  readonly failure?: TestFailure;
  /** Score of the judge. Absent if the test has no expectation. */
  readonly score?: number;
  /** State of the session at the end. Absent if none was begun. */
  readonly state?: State;
  /** Events since the beginning of the test. */
  readonly events: readonly SessionEvent[];
}

/** Plays a test once. Does not throw. */
export async function playTest(planned: FileTest, options: PlayOptions): Promise<PlayedRun> {
  let session: Session | undefined;
  let begin = 0;
  let failure: TestFailure | undefined;
  let score: number | undefined;
  try {
    const { result, assertDone } = await play(planned, options, (begun) => {
      session = begun;
      begin = begun.state.events.length;
    });
    failure = findFailure(result, assertDone);
    score = result.checks.find((outcome) => outcome.score !== undefined)?.score;
  } catch (error) {
    const kind = isUnanswered(error) ? "unanswered" : "error";
    failure = { kind, reasons: [reasonOf(error)], error };
  }
  const state = session?.state;
  return {
    ...failure !== undefined && { failure },
    ...score !== undefined && { score },
    ...state !== undefined && { state },
    events: state?.events.slice(begin) ?? [],
  };
}

async function play(
  planned: FileTest,
  options: PlayOptions,
  onSession: (session: Session) => void,
): Promise<{ readonly result: ScenarioResult; readonly assertDone: () => void }> {
  const { title: goal, test } = planned;
  const { judge, approvals: decideAll } = options;
  const { check = {}, expectation, context, approvals: verdict } = test;
  const approvals = verdict === undefined ? decideAll : () => verdict;
  const readJudge = async () => isModel(judge) ? judge : await planned.loadJudge();
  const { models, assertDone } = await createPlayer(planned, options);
  const agent = await planned.agent.load({
    // Without it, a price that is not known counts as 0, and every maximum is kept.
    ...check.cost !== undefined && { cost: genaiPrices() },
    ...models !== undefined && { llm: models },
  });
  const past = listPast(context);
  const summary = listSummary(context);
  const scenario = "input" in test ? undefined : test.scenario;
  const checks: Checks = {
    ending: checkEnding,
    ...createChecks(check),
    ...expectation !== undefined && createExpectation(await readJudge(), expectation, {
      isRefused: "input" in test && test.invalid,
      goal: scenario,
    }),
  };
  const parts = {
    agent,
    goal,
    past,
    ...summary !== "" && { summary },
    ...context?.current_step_id !== undefined && { step: context.current_step_id },
    ...context?.data !== undefined && { data: context.data },
    ...approvals !== undefined && { approvals },
    ...await planned.agent.openContext(),
    ...await createUser(test, past.length > 0 || summary !== "", readJudge),
    checks,
  };
  return { result: await playScenario(parts, onSession), assertDone };
}

/** Returns the failure of a conversation that was played; undefined if it passed. */
function findFailure(result: ScenarioResult, assertDone: () => void): TestFailure | undefined {
  try {
    result.assert();
    assertDone();
    return undefined;
  } catch (error) {
    const failed = result.checks.filter(({ passed }) => !passed);
    if (failed.length === 0) return { kind: "check", reasons: [reasonOf(error)], error };
    const kind = failed.every(({ error }) => isUnanswered(error)) ? "unanswered" : "check";
    return { kind, reasons: failed.map(describeOutcome), error };
  }
}

/** Returns true for the failure of a real model, not of a script or tape. */
function isUnanswered(error: unknown): boolean {
  return error instanceof LLMError &&
    !(error instanceof MockLLMError || error instanceof CassetteError);
}

function listPast({ history = [] }: Partial<TestContextConfig> = {}): ScenarioPast[] {
  return history.flatMap((item): ScenarioPast[] => {
    if (item.type === "step_identifier") return [{ step: item.step_id }];
    if (item.type === "summary") return [];
    const by = item.role.toLowerCase() === "user" ? "user" : "agent";
    return [{ by, text: item.content }];
  });
}

/** Returns the sentences of all summaries, wherever they occur; no message is removed. */
function listSummary({ history = [] }: Partial<TestContextConfig> = {}): string {
  return history.flatMap((item) => item.type === "summary" ? item.summary : []).join("\n").trim();
}
