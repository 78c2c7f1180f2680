/**
 * Checks of a scenario.
 *
 * @module
 */
import { quote, reasonOf } from "../errors.ts";
import type { PlayedScenario } from "./conversation.ts";
import { escapeHidden } from "./text.ts";
import { TrajectoryError } from "./trajectory/trajectory_step.ts";

/** Result of a check, with its reason. */
export interface CheckVerdict {
  /** True if the check passed. */
  readonly passed: boolean;
  /** Reason, in words. */
  readonly reason?: string;
  /** Score from 0 to 1, if the check has one. */
  readonly score?: number;
}

/**
 * A check of a played conversation. It passes if it returns `true` or a verdict
 * that passed, such as the result of `trajectoryOf` assertions. It fails if it
 * returns anything else or throws.
 */
export type Check<StepId extends string = string> = (
  played: PlayedScenario<StepId>,
) => boolean | CheckVerdict | Promise<boolean | CheckVerdict>;

/** Outcome of one check of a scenario. */
export interface CheckOutcome extends CheckVerdict {
  /** Name of the check. */
  readonly name: string;
  /** Error that the check threw, if it did. */
  readonly error?: unknown;
}

/** Maximum length of a reason, in characters. A model may have written it. */
const MAX_REASON = 1000;

/** Runs one check. A check that throws has failed. */
export async function runCheck<StepId extends string>(
  name: string,
  check: Check<StepId>,
  played: PlayedScenario<StepId>,
): Promise<CheckOutcome> {
  try {
    const verdict = await check(played);
    if (typeof verdict === "boolean") return { name, passed: verdict };
    // A check that returns nothing has probably lost its result.
    if (typeof verdict?.passed !== "boolean") {
      const reason = `it returned ${quote(verdict)}: expected true, false or { passed, reason }`;
      return { name, passed: false, reason };
    }
    const { passed, reason, score } = verdict;
    return {
      name,
      passed,
      ...(reason !== undefined && { reason: escapeHidden(reason, MAX_REASON) }),
      ...(score !== undefined && { score }),
    };
  } catch (error) {
    // The error of the scenario shows the transcript once, after all reasons.
    const reason = error instanceof TrajectoryError ? error.expectation : reasonOf(error);
    return { name, passed: false, reason, error };
  }
}
