/**
 * What a scenario is checked for.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import type { PlayedScenario } from "./conversation.ts";
import { printable } from "../text.ts";
import { TrajectoryError } from "../trajectory/trajectory_step.ts";

/** How a check came out, and why. */
export interface Verdict {
  /** Whether what was wanted is so. */
  readonly passed: boolean;
  /** Why, for people. */
  readonly reason?: string;
  /** How much it is so, from 0 to 1, where that was measured. */
  readonly score?: number;
}

/**
 * Looks at a conversation that was played. It passes by giving `true` or a
 * verdict that passed, as the assertions of `trajectoryOf` do; it fails by
 * giving anything else, and by throwing.
 */
export type Check<StepId extends string = string> = (
  played: PlayedScenario<StepId>,
) => boolean | Verdict | Promise<boolean | Verdict>;

/** What came of one check of a scenario. */
export interface CheckOutcome extends Verdict {
  /** The name of the check. */
  readonly name: string;
  /** What the check threw, if it did. */
  readonly error?: unknown;
}

/** Reasons are cut at so many characters: a model may have written them. */
const MAX_REASON = 1000;

/** Runs one check; whatever it throws is an outcome too. */
export async function runCheck<StepId extends string>(
  name: string,
  check: Check<StepId>,
  played: PlayedScenario<StepId>,
): Promise<CheckOutcome> {
  try {
    const given = await check(played);
    if (typeof given === "boolean") return { name, passed: given };
    // A check that gives nothing has probably lost what it wanted to say.
    if (typeof given?.passed !== "boolean") {
      const reason = `the check gave ${quote(given)}: expected true, false or { passed, reason }`;
      return { name, passed: false, reason };
    }
    const { passed, reason, score } = given;
    return {
      name,
      passed,
      ...(reason !== undefined && { reason: printable(reason, MAX_REASON) }),
      ...(score !== undefined && { score }),
    };
  } catch (error) {
    // The scenario shows its transcript once, below the reasons.
    const reason = error instanceof TrajectoryError ? error.expectation : reasonOf(error);
    return { name, passed: false, reason, error };
  }
}
