/**
 * Result of a scenario.
 *
 * @module
 */
import { quote, RunError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Turn } from "../../turn/turn.ts";
import type { CheckOutcome, CheckVerdict } from "../check.ts";
import type { ConversationMessage, PlayedScenario, ScenarioEnding } from "../conversation.ts";

/** Thrown if checks of a scenario failed. The message names them and ends with the transcript. */
export class ScenarioError extends RunError {
  /** `"SCENARIO_FAILED"` */
  readonly code = "SCENARIO_FAILED";
}

/** Result of a scenario: the played conversation and the outcome of each check. */
export class ScenarioResult<StepId extends string = string>
  implements PlayedScenario<StepId>, CheckVerdict {
  /** Goal of the user. */
  declare readonly goal: string;
  /** Turns, in order. */
  declare readonly turns: readonly Turn<StepId>[];
  /** All events of the session. */
  declare readonly events: readonly SessionEvent[];
  /** Messages of the user and the agent, in order. */
  declare readonly messages: readonly ConversationMessage[];
  /** Transcript of the session, see `transcriptText`. */
  declare readonly transcript: string;
  /** Reason why the scenario ended. */
  declare readonly ending: ScenarioEnding;
  /** Outcomes of the checks, in the order of the option `checks`. */
  readonly checks: readonly CheckOutcome[];

  /** Creates the result; called by `scenario`. */
  constructor(played: PlayedScenario<StepId>, checks: readonly CheckOutcome[]) {
    Object.assign(this, played);
    this.checks = checks;
  }

  /** True if every check passed. */
  get passed(): boolean {
    return this.checks.every(({ passed }) => passed);
  }

  /**
   * Asserts that every check passed.
   *
   * @throws {ScenarioError} with the failed checks and the transcript.
   */
  assert(): this {
    if (this.passed) return this;
    const { goal, checks, ending, turns, transcript } = this;
    const failed = checks.filter(({ passed }) => !passed);
    const thrown = failed.find(({ error }) => error !== undefined);
    throw new ScenarioError(
      `Scenario ${quote(goal)} failed: ${failed.length} of ${checks.length} checks failed:` +
        `${
          failed.map((outcome) => `\n- ${describeOutcome(outcome)}`).join("")
        }\n\nTranscript (ending ${quote(ending)}, ` +
        `${turns.length} turns):\n${transcript}`,
      thrown && { cause: thrown.error },
    );
  }
}

/** Formats the outcome of a check: its name, score and reason. */
export function describeOutcome({ name, reason, score }: CheckOutcome): string {
  const why = [
    ...(score === undefined ? [] : [`score ${score}`]),
    ...(reason === undefined ? [] : [reason.replaceAll("\n", "\n  ")]),
  ];
  return [name, ...why].join(": ");
}
