/**
 * What came of a scenario.
 *
 * @module
 */
import { quote, RunError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Turn } from "../../turn/turn.ts";
import type { CheckOutcome, Verdict } from "./check.ts";
import type { ConversationMessage, PlayedScenario, ScenarioEnding } from "./conversation.ts";

/** Checks of a scenario failed. The message names them, and ends with the transcript. */
export class ScenarioError extends RunError {
  /** `"SCENARIO_FAILED"` */
  readonly code = "SCENARIO_FAILED";
}

/** What came of a scenario: what was played, and how each check came out. */
export class ScenarioResult<StepId extends string = string>
  implements PlayedScenario<StepId>, Verdict {
  /** What the user wanted. */
  declare readonly goal: string;
  /** The turns, in order. */
  declare readonly turns: readonly Turn<StepId>[];
  /** The whole log of the session. */
  declare readonly events: readonly SessionEvent[];
  /** What was said, by whom. */
  declare readonly messages: readonly ConversationMessage[];
  /** The events as text, one line each, see `transcriptText`. */
  declare readonly transcript: string;
  /** Why it was over. */
  declare readonly ending: ScenarioEnding;
  /** How each check came out, in the order in which they were given. */
  readonly checks: readonly CheckOutcome[];

  /** Made by `scenario`. */
  constructor(played: PlayedScenario<StepId>, checks: readonly CheckOutcome[]) {
    Object.assign(this, played);
    this.checks = checks;
  }

  /** Whether every check passed. */
  get passed(): boolean {
    return this.checks.every(({ passed }) => passed);
  }

  /**
   * Fails if a check did.
   *
   * @throws {ScenarioError} naming the checks that failed, with the transcript.
   */
  assert(): this {
    if (this.passed) return this;
    const { goal, checks, ending, turns, transcript } = this;
    const failed = checks.filter(({ passed }) => !passed);
    const thrown = failed.find(({ error }) => error !== undefined);
    throw new ScenarioError(
      `Cannot pass scenario ${quote(goal)}: ${failed.length} of ${checks.length} checks failed:` +
        `${failed.map(describe).join("")}\n\nIts ending was ${quote(ending)}, ` +
        `after ${turns.length} turns:\n${transcript}`,
      thrown && { cause: thrown.error },
    );
  }
}

function describe({ name, reason, score }: CheckOutcome): string {
  const why = [
    ...(score === undefined ? [] : [`score ${score}`]),
    ...(reason === undefined ? [] : [reason.replaceAll("\n", "\n  ")]),
  ];
  return `\n- ${[name, ...why].join(": ")}`;
}
